import { ROOT } from "../support/read_tree.ts";
import { seededRandom } from "../support/faithful_peer/seeded_random.ts";
import type { FuzzTarget } from "./fuzz_target.ts";
import { type Json, pick } from "./mutate.ts";

/** A case that did not end as it must. */
export interface FuzzFailure {
  /** The number of the case; those of the corpus come first. */
  readonly at: number;
  /** What was run. */
  readonly entry: Json;
  /** What did not hold. */
  readonly error: unknown;
}

/** What became of a target. */
export interface FuzzReport {
  readonly corpus: number;
  readonly cases: number;
  readonly ms: number;
  /** How long the slowest case took, and which it was. */
  readonly slowest: { readonly ms: number; readonly at: number };
  readonly failures: readonly FuzzFailure[];
}

/** Options of {@linkcode runTarget}. */
export interface FuzzOptions {
  readonly seed: string;
  /** How many cases are made, besides the corpus. */
  readonly cases: number;
  /** The number of the first case; the corpus is run before case 0. */
  readonly first?: number;
  /** After so many failures the target ends. */
  readonly most?: number;
}

/** A case that has not ended by then hangs; most take a millisecond. */
const HANGS_MS = 120_000;

/** The corpus of a target: a value of JSON on each line. */
export async function readCorpus({ name }: FuzzTarget): Promise<Json[]> {
  const url = new URL(`test/fuzz/corpus/${name}.jsonl`, ROOT);
  const lines = (await Deno.readTextFile(url)).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The case of a number; it depends on nothing but the seed and the number. */
export function caseOf(
  target: FuzzTarget,
  corpus: readonly Json[],
  seed: string,
  at: number,
): Json {
  const random = seededRandom(`${seed}:${target.name}:${at}`);
  return target.mutate(random, pick(random, corpus));
}

/** Run the corpus of a target, and then cases made of it. */
export async function runTarget(
  target: FuzzTarget,
  { seed, cases, first = 0, most = 5 }: FuzzOptions,
): Promise<FuzzReport> {
  const corpus = await readCorpus(target);
  const failures: FuzzFailure[] = [];
  let slowest = { ms: 0, at: 0 };
  let ran = 0;
  const start = performance.now();
  await using guard = uncaughtErrors();
  const from = first === 0 ? -corpus.length : first;
  let rig = await target.open();
  for (let at = from; at < first + cases && failures.length < most; at++) {
    const entry = at < 0
      ? corpus[at + corpus.length]!
      : caseOf(target, corpus, seed, at);
    const begun = performance.now();
    ran++;
    try {
      await ended(Promise.resolve(rig.run(entry)));
      guard.check();
    } catch (error) {
      failures.push({ at, entry, error });
      // What failed may have left something behind.
      await Promise.resolve(rig[Symbol.asyncDispose]()).catch(() => {});
      rig = await target.open();
      guard.clear();
    }
    const ms = performance.now() - begun;
    if (ms > slowest.ms) slowest = { ms, at };
  }
  await rig[Symbol.asyncDispose]();
  const ms = performance.now() - start;
  return { corpus: corpus.length, cases: ran, ms, slowest, failures };
}

/** Wait for a case, but not for ever. */
async function ended(running: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hangs = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error("The case does not end"));
    timer = setTimeout(late, HANGS_MS);
  });
  try {
    await Promise.race([running, hangs]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gathers what would end the process, so that it counts for its case, and the
 * places that write a member called `__proto__`, which elsewhere than in Deno
 * gives an object another prototype.
 */
function uncaughtErrors(): AsyncDisposable & {
  check(): void;
  clear(): void;
} {
  const errors: unknown[] = [];
  const onError = (event: ErrorEvent | PromiseRejectionEvent): void => {
    event.preventDefault();
    errors.push(event instanceof ErrorEvent ? event.error : event.reason);
  };
  const before = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  Object.defineProperty(Object.prototype, "__proto__", {
    configurable: true,
    get: () => undefined,
    set(value): void {
      if (typeof value !== "object") return;
      errors.push(new Error("A prototype was set"));
    },
  });
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onError);
  return {
    check(): void {
      if (errors.length === 0) return;
      const [cause] = errors;
      throw new Error(`Nobody caught ${(cause as Error)?.stack ?? cause}`, {
        cause,
      });
    },
    clear: () => void errors.splice(0),
    [Symbol.asyncDispose](): Promise<void> {
      if (before) Object.defineProperty(Object.prototype, "__proto__", before);
      else Reflect.deleteProperty(Object.prototype, "__proto__");
      removeEventListener("error", onError);
      removeEventListener("unhandledrejection", onError);
      return Promise.resolve();
    },
  };
}

/** The lines of a failure that are shown. */
const MOST_LINES = 14;

/** How a failure is told: what did not hold, and how it is run again. */
export function formatFailure(
  { name }: FuzzTarget,
  seed: string,
  { at, entry, error }: FuzzFailure,
): string {
  const again = at < 0
    ? "an entry of the corpus"
    : `deno task fuzz --target=${name} --seed=${seed} --case=${at}`;
  const text = JSON.stringify(entry);
  const shown = text.length > 3_000 ? `${text.slice(0, 3_000)}…` : text;
  const told = error instanceof Error ? error.stack ?? "" : String(error);
  const lines = told.split("\n").slice(0, MOST_LINES).join("\n");
  return `${name}, ${again}\n  ${shown}\n  ${lines}`;
}
