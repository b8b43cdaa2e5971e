/**
 * Checks of arguments. Untyped callers get no help from a compiler: without
 * these, a misspelt option would silently mean its default.
 *
 * @module
 */

/**
 * The options of a function, each with what it may be: 1 where the function
 * looks by itself, a kind, or some words. The compiler asks for each option,
 * and for no other.
 */
export type OptionNames<Options> = Readonly<
  Record<
    keyof Options,
    | 1
    | "boolean"
    | "function"
    | "list"
    | "number"
    | "object"
    | "string"
    | "string or URL"
    | readonly string[]
  >
>;

/** What other clients call options, folded, and how they are given here. */
const ALIASES: Readonly<Record<string, string>> = {
  apikey: "auth",
  chunksize: "frameBytes",
  components: "pipeline: { components }",
  contenttype: "mimeType",
  filename: "objinfo: { name }",
  key: "auth",
  maxconcurrent: "concurrency",
  metadata: "objinfo",
  name: "objinfo: { name }",
  projectid: "pipeline: { project_id }",
  size: "objinfo: { size }",
  token: "auth",
};

/**
 * Throws unless `options` is an object whose members are all known.
 *
 * @param options What the caller passed.
 * @param usage How a call looks, for the message.
 * @param names Every option of the function.
 * @throws {TypeError} `options` is not an object, or has an unknown member: the
 * message has the option that was probably meant. Or `signal` is not a signal.
 * @throws {RangeError} `timeout` is not a number above 0.
 */
export function checkOptions<Options extends object>(
  options: Options,
  usage: string,
  names: OptionNames<Options>,
): void {
  const isObject = typeof options === "object" && options !== null;
  const given = isObject ? Object.keys(options) : [];
  // A promise has no members of its own.
  const isPromise = isObject && given.length === 0 && "then" in options;
  if (!isObject || isPromise || Array.isArray(options)) {
    throw new TypeError(
      `Expected options, as in ${usage}, not ${kindOf(options)}`,
    );
  }
  for (const name of given) {
    if (!Object.hasOwn(names, name)) {
      const known = Object.keys(names);
      const right = meant(name, known);
      const advice = right ? `use "${right}"` : `expected ${known.join(", ")}`;
      throw new TypeError(`Unknown option "${name}" in ${usage}: ${advice}`);
    }
    const kind = names[name as keyof Options];
    const value: unknown = options[name as keyof Options];
    if (value === undefined || kind === 1) continue;
    if (typeof kind === "object") oneOf(name, value, kind);
    else if (!isKind(value, kind)) {
      throw new TypeError(
        `Expected ${name} in ${usage} to be of type ${kind}, not ` +
          kindOf(value),
      );
    }
  }
  const { signal, timeout } = options as Waiting;
  milliseconds("timeout", timeout);
  if (!signal || "aborted" in Object(signal)) return;
  throw new TypeError("Expected a signal, such as controller.signal");
}

/** Options that mean the same in every function that has them. */
interface Waiting {
  readonly signal?: unknown;
  readonly timeout?: number | undefined;
}

function isKind(value: unknown, kind: string): boolean {
  if (kind === "list") return Array.isArray(value);
  if (kind === "string or URL" && value instanceof URL) return true;
  return kind.startsWith(typeof value) && value !== null &&
    // Lists, maps and headers do not have their entries as members.
    !(kind === "object" && Symbol.iterator in Object(value));
}

/** Throws unless the value is one of some words. */
function oneOf(name: string, value: unknown, words: readonly string[]): void {
  if (words.includes(value as string)) return;
  const list = words.map((word) => `"${word}"`).join(" or ");
  throw new RangeError(`Cannot use ${name} ${quoted(value)}: expected ${list}`);
}

/** The known name that an unknown one probably means, if any. */
function meant(unknown: string, known: readonly string[]): string | undefined {
  const name = folded(unknown);
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : "";
  return known.includes(alias.split(":")[0]!) ? alias : nearestOf(name, known);
}

/** The known name that is most like another one, if any is like it. */
export function nearestOf(
  unknown: string,
  known: readonly string[],
): string | undefined {
  const name = folded(unknown);
  // Comparing takes time that grows with both.
  const most = name.length < 40 ? Math.min(name.length / 3, 3) : -1;
  for (let edits = 0; edits <= most; edits++) {
    const near = known.find((it) => isNear(name, folded(it), edits));
    if (near) return near;
  }
  if (name.length < 3) return undefined;
  return known.find((it) => isPart(name, folded(it))) ??
    known.find((it) => isPart(folded(it), name));
}

function isPart(part: string, whole: string): boolean {
  return whole.startsWith(part) || whole.endsWith(part);
}

/** Equal for `mimeType`, `mime_type` and `mimetype`. */
function folded(name: string): string {
  return name.replace(/[_-]/g, "").toLowerCase();
}

/** Whether that many characters added, removed or replaced make `a` of `b`. */
function isNear(a: string, b: string, edits: number): boolean {
  if (a === b) return true;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return isNear(restA, restB, edits);
  return edits > 0 && (isNear(restA, restB, edits - 1) ||
    isNear(restA, b, edits - 1) || isNear(a, restB, edits - 1));
}

/** What was passed in place of something else, with advice where it is known. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return `${value}`;
  if (value === "") return "an empty string";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "a list";
  if ("then" in value) return "a promise: await it";
  if ("token" in value) return "a task: it comes after the session";
  if ("closed" in value) return "a session: it comes before the task";
  return "another object";
}

/**
 * A limit in milliseconds, if there is one, checked.
 *
 * @throws {RangeError} It is not a number above 0.
 */
export function milliseconds<T extends number | undefined>(
  name: string,
  value: T,
): T {
  if (value === undefined || typeof value === "number" && value > 0) {
    return value;
  }
  throw new RangeError(
    `Cannot use ${name} ${quoted(value)}: expected milliseconds above 0`,
  );
}

/** A value for a message; text that looks like a number shows as text. */
export function quoted(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
