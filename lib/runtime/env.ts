/** What the client may learn from the runtime it finds itself in. */
export interface Host {
  /** A file's text; `undefined` where there is none or none may be read. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** The process variables that may be seen without asking anybody. */
  readonly variables: () => Promise<
    Readonly<Record<string, string | undefined>>
  >;
}

/**
 * Look at a global object and say what it offers: Deno's namespace, else the
 * `process` of Node, Bun and Workers with Node compatibility, else nothing.
 *
 * Deno comes first since it has a `process`, too, whose variables would ask
 * for a permission.
 */
export function hostOf(scope: object): Host {
  const { Deno, process } = scope as { Deno?: unknown; process?: unknown };
  if (isDeno(Deno)) return denoHost(Deno);
  if (isProcess(process)) return processHost(process);
  return { readText: nothing, variables: nothingSet };
}

function nothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function nothingSet(): Promise<Record<string, never>> {
  return Promise.resolve({});
}

/** The part of Deno's namespace that is used, in types of no runtime. */
interface DenoNamespace {
  /** Tells what has been allowed, without asking for it. */
  readonly permissions: {
    query(descriptor: Permission): Promise<{ readonly state: string }>;
  };
  /** The process variables. */
  readonly env: {
    get(name: string): string | undefined;
    toObject(): Record<string, string>;
  };
  /** Reads a file as UTF-8. */
  readTextFile(path: string): Promise<string>;
}

/** What may be asked about. */
type Permission =
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "env"; readonly variable?: string };

/**
 * Variables to ask for one by one when not all may be seen: those that the
 * client and the command line have a use of their own for.
 */
const KNOWN = [
  "ROCKETRIDE_URI",
  "ROCKETRIDE_APIKEY",
  "ROCKETRIDE_TOKEN",
  "ROCKETRIDE_PIPELINE",
] as const;

/** Tell whether a value is Deno's namespace. */
function isDeno(value: unknown): value is DenoNamespace {
  if (typeof value !== "object" || value === null) return false;
  const { permissions, env, readTextFile } = value as Partial<DenoNamespace>;
  return typeof permissions?.query === "function" &&
    typeof env?.get === "function" && typeof readTextFile === "function";
}

/**
 * Look through Deno's eyes, and only where that has been allowed already: an
 * access that is not granted would stop the program with a question.
 */
function denoHost(deno: DenoNamespace): Host {
  return {
    readText: (path) => denoText(deno, path),
    variables: () => denoVariables(deno),
  };
}

async function denoText(
  deno: DenoNamespace,
  path: string,
): Promise<string | undefined> {
  try {
    if (!await isGranted(deno, { name: "read", path })) return undefined;
    return await deno.readTextFile(path);
  } catch {
    return undefined; // no such file, or one that nobody may read
  }
}

async function denoVariables(
  deno: DenoNamespace,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  try {
    if (await isGranted(deno, { name: "env" })) return deno.env.toObject();
    for (const variable of KNOWN) {
      if (!await isGranted(deno, { name: "env", variable })) continue;
      const value = deno.env.get(variable);
      if (value !== undefined) found[variable] = value;
    }
  } catch {
    // Permissions may be taken back at any moment; what was seen counts.
  }
  return found;
}

async function isGranted(
  deno: DenoNamespace,
  permission: Permission,
): Promise<boolean> {
  // Exceptions (`--deny-env=NAME` beside `--allow-env`) do not matter: those
  // names are left out, without a question.
  return (await deno.permissions.query(permission)).state === "granted";
}

/** The part of the global `process` that is used, in types of no runtime. */
interface Process {
  /** The process variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives a module of the runtime itself; not all imitations have it. */
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** The part of the file module that is used. */
interface Files {
  readFile(path: string, encoding: "utf8"): Promise<string>;
}

/** Tell whether a value is a `process`, be it only a bundler's imitation. */
function isProcess(value: unknown): value is Process {
  if (typeof value !== "object" || value === null) return false;
  const { env } = value as { env?: unknown };
  return typeof env === "object" && env !== null;
}

/**
 * Look through the `process` of Node, Bun or a Worker.
 *
 * The file module is asked for by name at run time, so no bundler ever finds
 * an import that a browser could not serve.
 */
function processHost(process: Process): Host {
  return {
    readText: (path) => processText(process, path),
    variables: () => Promise.resolve(processVariables(process)),
  };
}

async function processText(
  process: Process,
  path: string,
): Promise<string | undefined> {
  try {
    const files = process.getBuiltinModule?.("node:fs/promises");
    return await (files as Files | undefined)?.readFile(path, "utf8");
  } catch {
    return undefined; // no such file, or one that nobody may read
  }
}

function processVariables(
  process: Process,
): Readonly<Record<string, string | undefined>> {
  try {
    return { ...process.env };
  } catch {
    return {}; // an imitation may guard its members
  }
}

/** All that is taken over from the process; the rest is none of our business. */
const PREFIX = "ROCKETRIDE_";

/**
 * Read `.env` of the working directory and the process variables whose names
 * begin with `ROCKETRIDE_`, which win over the file.
 *
 * Never prompts for a permission and never fails for want of one: what may not
 * be read is as good as absent, and where there is neither a file system nor a
 * process (browsers, Workers) the result is empty. On Deno that takes
 * `--allow-read=.env` and `--allow-env`, or `--allow-env=ROCKETRIDE_URI,…` for
 * just the variables the client itself knows. The file is read as
 * `parseEnv` says, without expanding anything; mind that Bun loads `.env` into the process
 * by itself, with rules of its own.
 *
 * The session imports this module only when `env` was not given, and this
 * module imports a parser only when there is a file to parse.
 *
 * @param host What the runtime offers. Default: what the global object shows.
 * @returns The variables by name.
 *
 * @example
 * ```ts ignore
 * const { readEnv } = await import("./env.ts");
 * const { ROCKETRIDE_URI } = await readEnv();
 * ```
 */
export async function readEnv(
  host: Host = hostOf(globalThis),
): Promise<Readonly<Record<string, string>>> {
  const text = await host.readText(".env");
  const fromFile = text === undefined ? {} : await parseFile(text);
  const fromProcess = Object.entries(await host.variables())
    .filter((entry): entry is [string, string] =>
      entry[0].startsWith(PREFIX) && typeof entry[1] === "string"
    );
  return { ...fromFile, ...Object.fromEntries(fromProcess) };
}

async function parseFile(text: string): Promise<Record<string, string>> {
  const { parse } = await import("@std/dotenv/parse");
  return parseEnv(text, parse);
}

/** A parser of `.env` files, such as `parse` of `@std/dotenv` or of `dotenv`. */
export type EnvParser = (text: string) => Readonly<Record<string, string>>;

/**
 * Read the text of a `.env` file as RocketRide's own clients do.
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
  // So each line that the format has is written anew in that one form, with
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

/** The lines of the format, with the TypeScript client's trimming. */
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
