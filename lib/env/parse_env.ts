/** A parser of `.env` files, such as `parse` of `@std/dotenv` or of `dotenv`. */
export type EnvParser = (text: string) => Readonly<Record<string, string>>;

/**
 * Read the text of a `.env` file as RocketRide's own clients do (api §7.2).
 *
 * One `NAME=value` a line. Blank lines, lines that begin with `#` and lines
 * without `=` or without a name are skipped. Name and value are trimmed; one
 * pair of equal quotes around the value is dropped. Everything else stays as it
 * is written: `export`, `#` and quotes inside a value, backslashes, `$NAME` and
 * `${NAME}`. Of two lines with one name the later counts.
 *
 * @param text The file's text; a byte order mark and any line ends are fine.
 * @param parse The parser that does the work; any parser gives the same result.
 * @returns The variables by name.
 *
 * @example
 * ```ts ignore
 * import { parse } from "@std/dotenv/parse";
 *
 * parseEnv("ROCKETRIDE_URI = 'http://$HOST' # home", parse);
 * // { ROCKETRIDE_URI: "'http://$HOST' # home" }
 * ```
 */
export function parseEnv(
  text: string,
  parse: EnvParser,
): Record<string, string> {
  // Parsers agree on `NAME="letters"` and on hardly anything else: comments
  // after values, `export`, escapes, quotes inside values, values over several
  // lines, names with dots, the meaning of `$` and of an open quote all differ.
  // So each line that api §7.2 knows is written anew in that one form, with
  // every other character escaped into letters, digits and underscores. What
  // reaches the parser has no character that any grammar gives a meaning to
  // (so nothing can be expanded while reading, either), and what comes back is
  // unescaped. Which of two lines with one name counts is settled here, too:
  // some parsers keep the first.
  const lines = new Map<string, string>();
  for (const line of text.split(LINE_END)) {
    const pair = readLine(line.trim());
    if (pair) lines.set(...pair);
  }
  const plain = Array.from(
    lines,
    ([name, value]) => `${NAME_START}${escape(name)}="${escape(value)}"\n`,
  );
  // `fromEntries` defines properties: even `__proto__` is just a name to it.
  return Object.fromEntries(
    Object.entries(parse(plain.join(""))).map(([name, value]) => [
      unescape(name.slice(NAME_START.length)),
      unescape(value),
    ]),
  );
}

const LINE_END = /\r\n?|\n/;

/** Makes an identifier of every name: it may begin with a digit or be `a b`. */
const NAME_START = "V";

/** The lines of api §7.2, rules 2 to 4, with the TypeScript client's trimming. */
function readLine(line: string): [name: string, value: string] | undefined {
  if (line.startsWith("#")) return undefined;
  const split = line.indexOf("=");
  const name = line.slice(0, split).trim();
  if (split < 0 || name === "") return undefined;
  return [name, dropQuotes(line.slice(split + 1).trim())];
}

/** A lone quote begins and ends the value at once: nothing is left of it. */
function dropQuotes(value: string): string {
  const quoted = value !== "" && value.at(0) === value.at(-1) &&
    (value.startsWith('"') || value.startsWith("'"));
  return quoted ? value.slice(1, -1) : value;
}

/** Write each UTF-16 unit but letters and digits as `_` hexadecimal `_`. */
function escape(text: string): string {
  return text.replace(
    /[^A-Za-z0-9]/g,
    (unit) => `_${unit.charCodeAt(0).toString(16)}_`,
  );
}

function unescape(text: string): string {
  return text.replace(
    /_([0-9a-f]+)_/g,
    (_, unit: string) => String.fromCharCode(parseInt(unit, 16)),
  );
}
