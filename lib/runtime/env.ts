import { ignore } from "../async.ts";

/** The file of variables, in the working directory. */
const FILE = ".env";

/** Process variables with other names are ignored. */
const PREFIX = "ROCKETRIDE_";

/**
 * The variables to query one by one on Deno if not all may be read: those that
 * the client itself uses.
 */
const KNOWN = ["URI", "APIKEY", "TOKEN", "PIPELINE"]
  .map((name) => PREFIX + name);

type Variables = Readonly<Record<string, string | undefined>>;

/** The members of a global object that are used, in types of no runtime. */
interface Runtime {
  readonly Deno?: DenoNamespace | null;
  readonly process?: {
    readonly env?: Variables | null;
    getBuiltinModule?(name: string): {
      readFile(path: string, encoding: "utf8"): Promise<string>;
    } | undefined;
  } | null;
}

interface DenoNamespace {
  readonly permissions?: {
    query(descriptor: Permission): Promise<{ readonly state: string }>;
  };
  readonly env: {
    get(name: string): string | undefined;
    toObject(): Record<string, string>;
  };
  readTextFile(path: string): Promise<string>;
}

type Permission =
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "env"; readonly variable?: string };

/**
 * Read `.env` of the working directory, and the process variables whose names
 * begin with `ROCKETRIDE_`, which take precedence.
 *
 * Never prompts for a permission. What does not exist or may not be read is
 * omitted; in browsers and Workers the result is empty. Deno needs
 * `--allow-read=.env` for the file and `--allow-env`, or
 * `--allow-env=ROCKETRIDE_URI,…`, for the variables. {@linkcode parseEnv}
 * describes the format of the file. Bun also loads `.env` into the process, in
 * a format of its own, unless it is started with `--no-env-file`.
 *
 * @param scope The object whose `Deno` or `process` is used.
 * @returns The variables by name.
 *
 * @example
 * ```ts ignore
 * const { readEnv } = await import("./env.ts");
 * const { ROCKETRIDE_URI } = await readEnv();
 * ```
 */
export async function readEnv(
  scope: object = globalThis,
): Promise<Readonly<Record<string, string>>> {
  // There may be no such file, or it may not be read.
  const text = await readFile(scope).catch(ignore);
  const variables = Object.entries(await readVariables(scope)).filter(
    (entry): entry is [string, string] =>
      entry[0].startsWith(PREFIX) && typeof entry[1] === "string",
  );
  const fromProcess = Object.fromEntries(variables);
  if (text === undefined) return fromProcess;
  const { parse } = await import("@std/dotenv/parse");
  return { ...parseEnv(text, parse), ...fromProcess };
}

async function readFile(
  { Deno, process }: Runtime,
): Promise<string | undefined> {
  // Deno has a `process` as well, whose members prompt for permissions.
  if (!Deno?.permissions) {
    // Requested by name, so that bundlers do not resolve it.
    const files = process?.getBuiltinModule?.("node:fs/promises");
    return await files?.readFile(FILE, "utf8");
  }
  const granted = await isGranted(Deno, { name: "read", path: FILE });
  return granted ? await Deno.readTextFile(FILE) : undefined;
}

async function readVariables({ Deno, process }: Runtime): Promise<Variables> {
  const found: Record<string, string | undefined> = {};
  try {
    if (!Deno?.permissions) return { ...process?.env };
    if (await isGranted(Deno, { name: "env" })) return Deno.env.toObject();
    for (const variable of KNOWN) {
      if (!await isGranted(Deno, { name: "env", variable })) continue;
      found[variable] = Deno.env.get(variable);
    }
  } catch {
    // A permission may be revoked at any time; keep what was read.
  }
  return found;
}

async function isGranted(
  { permissions }: DenoNamespace,
  permission: Permission,
): Promise<boolean> {
  return (await permissions?.query(permission))?.state === "granted";
}

/** A parser of `.env` files: `parse` of `@std/dotenv` or of npm's `dotenv`. */
export type EnvParser = (text: string) => Readonly<Record<string, string>>;

const IDENTIFIER = /^[A-Za-z_]\w*$/;

/**
 * Parse the text of a `.env` file in the format of RocketRide's clients.
 *
 * Each line has the form `NAME=value`. Other lines, among them comments, which
 * begin with `#`, and lines that begin with `export`, are ignored. A name has
 * letters, digits and underscores. Blanks around name and value are removed,
 * then one pair of equal quotes around the value. The rest of the value is
 * literal: `#`, backslashes, further quotes, `$NAME` and `${NAME}`. If a name
 * occurs twice, the later line counts.
 *
 * @param text The text of the file.
 * @param parse The parser; both give the same result.
 * @returns The variables by name.
 *
 * @example
 * ```ts ignore
 * import { parse } from "@std/dotenv/parse";
 *
 * parseEnv("ROCKETRIDE_URI = 'http://$HOST/#home'", parse);
 * // { ROCKETRIDE_URI: "http://$HOST/#home" }
 * ```
 */
export function parseEnv(
  text: string,
  parse: EnvParser,
): Record<string, string> {
  const lines: string[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    const [before = "", ...after] = line.split("=");
    const name = before.trim();
    if (after.length === 0 || !IDENTIFIER.test(name)) continue;
    lines.push(`${name}='${escape(withoutQuotes(after.join("=").trim()))}'`);
  }
  return Object.fromEntries(
    Object.entries(parse(lines.join("\n")))
      .map(([name, value]) => [name, unescape(value)]),
  );
}

/** A value of one quote alone is empty, as in RocketRide's clients. */
function withoutQuotes(value: string): string {
  return value.replace(/^(["'])(?:(.*)\1)?$/s, "$2");
}

// Both parsers take a value in single quotes literally: they expand nothing,
// and @std/dotenv then reads no process variable, for which Deno would need a
// permission. Only these characters do not survive there in both: the quote,
// the backslash before it, the line separators, and the escape character.
function escape(value: string): string {
  return value.replace(
    /[%'\\\u2028\u2029]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function unescape(value: string): string {
  return value.replace(
    /%([0-9a-f]{4})/g,
    (_, unit: string) => String.fromCharCode(parseInt(unit, 16)),
  );
}
