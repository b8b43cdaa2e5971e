/**
 * Checks of arguments. Untyped callers get no help from a compiler: without
 * these, a misspelt option would silently mean its default.
 *
 * @module
 */

/** The options of a function; the compiler asks for each, and for no other. */
export type OptionNames<Options> = Readonly<Record<keyof Options, 1>>;

/** What other clients call options, folded, and how they are given here. */
const ALIASES: Readonly<Record<string, string>> = {
  apikey: "auth",
  chunksize: "frameBytes",
  contenttype: "mimeType",
  filename: "objinfo: { name }",
  key: "auth",
  maxconcurrent: "concurrency",
  metadata: "objinfo",
  name: "objinfo: { name }",
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
  if (!isObject || Array.isArray(options) || "then" in options) {
    throw new TypeError(
      `Expected options, as in ${usage}, not ${kindOf(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const known = Object.keys(names);
    const right = meant(name, known);
    const advice = right ? `use "${right}"` : `expected ${known.join(", ")}`;
    throw new TypeError(`Unknown option "${name}" in ${usage}: ${advice}`);
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

/** The known name that an unknown one probably means, if any. */
function meant(unknown: string, known: readonly string[]): string | undefined {
  const name = folded(unknown);
  const alias = Object.hasOwn(ALIASES, name) ? ALIASES[name]! : "";
  if (known.includes(alias.split(":")[0]!)) return alias;
  for (let edits = 0; edits <= name.length / 3; edits++) {
    const near = known.find((it) => isNear(name, folded(it), edits));
    if (near) return near;
  }
  if (name.length < 3) return undefined;
  return known.find((it) => folded(it).includes(name)) ??
    known.find((it) => name.includes(folded(it)));
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
    `Cannot use ${name} ${value}: expected milliseconds above 0`,
  );
}
