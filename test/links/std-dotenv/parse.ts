import { expand } from "./expand.ts";

/** Name, equals sign and blanks, at the beginning of a line. */
const NAME = /[^\S\n]*(?:export\s+)?([^\s=#]+)[^\S\n]*=[ \t]*/y;
const VALID_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const SINGLE_QUOTED = /'(?:\r?\n)?([^']*?)(?:\r?\n)?'/y;
const DOUBLE_QUOTED = /"(?:\r?\n)?([^"]*?)(?:\r?\n)?"/y;
const UNQUOTED = /[^\r\n#]*/y;
const LINE_END = /[\r\n]|$/g;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Read the text of a `.env` file.
 *
 * One `NAME=value` a line, perhaps after `export`; `#` begins a comment unless
 * it is quoted. Single quotes keep everything as it is; double quotes know
 * `\n`, `\r` and `\t`; both may span lines. In values without quotes, `$NAME`,
 * `${NAME}` and `${NAME:-default}` stand for other variables of the file or of
 * the process. Names that are no identifiers are skipped with a warning.
 *
 * @param text The file's text.
 * @returns The variables; of two with one name, the later.
 *
 * @example
 * ```ts
 * import { parse } from "@std/dotenv/parse";
 *
 * parse("GREETING=hello world"); // { GREETING: "hello world" }
 * ```
 */
export function parse(text: string): Record<string, string> {
  const env: Record<string, string> = {};
  const bare = new Set<string>();
  for (let at = 0; at < text.length;) {
    const name = take(NAME, text, at);
    if (!name) {
      at = lineEnd(text, at) + 1;
      continue;
    }
    const { value, quoted, end } = readValue(text, at + name[0].length);
    at = lineEnd(text, end) + 1;
    if (!VALID_NAME.test(name[1]!)) {
      // deno-lint-ignore no-console
      console.warn(`Ignored the key "${name[1]}": it is no valid identifier`);
      continue;
    }
    env[name[1]!] = value;
    if (quoted) bare.delete(name[1]!);
    else bare.add(name[1]!);
  }
  const known = { ...env };
  for (const name of bare) env[name] = expand(env[name]!, known);
  return env;
}

function readValue(
  text: string,
  at: number,
): { value: string; quoted: boolean; end: number } {
  const single = take(SINGLE_QUOTED, text, at);
  if (single) {
    return { value: single[1]!, quoted: true, end: at + single[0].length };
  }
  const double = take(DOUBLE_QUOTED, text, at);
  if (double) {
    const value = double[1]!.replace(/\\([nrt])/g, (_, c) => ESCAPES[c]!);
    return { value, quoted: true, end: at + double[0].length };
  }
  const plain = take(UNQUOTED, text, at)![0];
  return { value: plain.trim(), quoted: false, end: at + plain.length };
}

function take(
  pattern: RegExp,
  text: string,
  at: number,
): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function lineEnd(text: string, at: number): number {
  LINE_END.lastIndex = at;
  return LINE_END.exec(text)?.index ?? text.length;
}
