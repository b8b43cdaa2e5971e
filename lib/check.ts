/**
 * Checks of arguments. Untyped callers get no help from a compiler: without
 * these, a misspelt option would silently mean its default.
 *
 * @module
 */

/**
 * The options of a function, each with what is accepted: a type, a list of
 * strings, or 1 if the function checks the value itself. The compiler requires
 * every option, and accepts no other.
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

/** The names of a record's members as options whose values are not checked. */
export function namesOf<T extends object>(record: T): OptionNames<T> {
  const names = Object.keys(record).map((name) => [name, 1]);
  return Object.fromEntries(names);
}

/** Options of other clients, with folded names, and what to write instead. */
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
  if (!isKind(options, "object") || "then" in options) {
    throw new TypeError(
      `Expected options, as in ${usage}, not ${kindOf(options)}`,
    );
  }
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(names, name) && names[name as keyof Options];
    if (!kind) throw unknownOption(name, usage, Object.keys(names));
    if (value === undefined || kind === 1) continue;
    if (typeof kind === "object") {
      const words = kind.map((word) => `"${word}"`).join(" or ");
      checkValue(name, value, kind.includes(value), words);
    } else if (!isKind(value, kind)) {
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

/**
 * Throws unless a value is valid. `undefined` means that none was given.
 *
 * @throws {RangeError} It is not valid; the message says what was expected.
 */
export function checkValue(
  name: string,
  value: unknown,
  isRight: boolean,
  expected: string,
): void {
  if (value === undefined || isRight) return;
  throw new RangeError(
    `Cannot use ${name} ${quoted(value)}: expected ${expected}`,
  );
}

/**
 * Check a whole number, and return it.
 *
 * @throws {RangeError} It is missing, not whole, or out of range.
 */
export function wholeNumber(
  name: string,
  value: number,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const isWhole = Number.isSafeInteger(value) || value === Infinity;
  const isRight = isWhole && value >= least && value <= most;
  const end = most < Number.MAX_SAFE_INTEGER ? `to ${most}` : "or more";
  // `checkValue` accepts `undefined`, which is not a number.
  checkValue(`${name} of`, value ?? null, isRight, `${least} ${end}`);
  return value;
}

/** The error for an option, with the known one that it probably means. */
function unknownOption(
  option: string,
  usage: string,
  known: readonly string[],
): TypeError {
  const name = folded(option);
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : "";
  const meant = known.includes(alias.split(":")[0]!)
    ? alias
    : nearestOf(name, known);
  const advice = meant ? `use "${meant}"` : `expected ${known.join(", ")}`;
  return new TypeError(`Unknown option "${option}" in ${usage}: ${advice}`);
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
  return known.find((it) => isPart(name, it)) ??
    known.find((it) => isPart(it, name));
}

function isPart(part: string, whole: string): boolean {
  const [a, b] = [folded(part), folded(whole)];
  return b.startsWith(a) || b.endsWith(a);
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
 * Check a limit in milliseconds, if there is one, and return it.
 *
 * @throws {RangeError} It is not a number above 0.
 */
export function milliseconds<T extends number | undefined>(
  name: string,
  value: T,
): T {
  const isRight = typeof value === "number" && value > 0;
  checkValue(name, value, isRight, "milliseconds above 0");
  return value;
}

/** A value for a message; text that looks like a number shows as text. */
export function quoted(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}
