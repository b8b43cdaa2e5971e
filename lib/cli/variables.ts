import { process, readFile } from "./platform.ts";

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string>>;

const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/;

/**
 * Read the variables of the process, and those of `.env` in the working directory
 * that the process does not have.
 *
 * The format is that of the client, and lines may begin with `export`.
 */
export async function readVariables(): Promise<Variables> {
  const text = await readFile(".env", "utf8").catch(() => "");
  const own = Object.entries(process.env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...parseVariables(text), ...Object.fromEntries(own) };
}

/** Parse the text of a `.env` file. */
export function parseVariables(text: string): Variables {
  const found: Record<string, string> = {};
  for (const line of text.split(/\r\n?|\n/)) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name !== undefined) found[name] = unquoted(value!.trim());
  }
  return found;
}

/** A value without the quotes around it. */
function unquoted(value: string): string {
  return value.replace(/^(["'])(?:(.*)\1)?$/s, "$2");
}

/**
 * Replace variables in the text of a `.env` file, or add them at its end. Other
 * lines are unchanged.
 */
export function withVariables(text: string, values: Variables): string {
  const left = new Map(Object.entries(values));
  const lines = text.split("\n").map((line) => {
    const name = LINE.exec(line)?.[1];
    if (name === undefined || !(name in values)) return line;
    left.delete(name);
    return `${name}=${values[name]}`;
  });
  if (lines.at(-1) === "") lines.pop();
  const added = [...left].map(([name, value]) => `${name}=${value}`);
  return [...lines, ...added].join("\n") + "\n";
}
