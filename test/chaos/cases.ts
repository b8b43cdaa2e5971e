import { seededRandom } from "../support/faithful_peer/seeded_random.ts";
import { testSeed } from "../support/test_seed.ts";
import { type Operation, OPERATIONS } from "./operations.ts";
import { type Kind, KINDS } from "./promises.ts";
import {
  type Case,
  type Passed,
  type PeerName,
  runCase,
  strikesAtByte,
} from "./run_case.ts";

/** Where all chances of a run come from; printed with each failure. */
const SEED = testSeed();

/** The file that counts are appended to, for the task that prints them. */
const REPORT = Deno.env.get("CHAOS_REPORT");

/** The kinds that mostly wait: their cases run side by side. */
const WAITING: ReadonlySet<Kind> = new Set([
  "delay",
  "jitter",
  "bandwidth",
  "split",
  "slow accept",
  "silence",
]);
const SIDE_BY_SIDE = 16;

/** Cases of a cell: with and without `persist`. */
const OF_A_CELL = 2;
/** The same for faults at a byte, whose bytes are drawn by lot. */
const AT_BYTES = 6;

/** Register the tests of all rows and columns against a peer. */
export function testTable(peer: PeerName): void {
  const operations = operationsOf(peer);
  for (const kind of KINDS) {
    // It takes a millisecond for each byte, in which there is nothing to do.
    if (kind === "split") testCells(peer, kind, operations);
    else for (const it of operations) testCells(peer, kind, [it]);
  }
}

function testCells(
  peer: PeerName,
  kind: Kind,
  operations: readonly Operation[],
): void {
  const what = operations.length === 1 ? operations[0]?.name : "everything";
  const name = `${what}, ${kind}, against ${title(peer)}`;
  Deno.test(name, async () => {
    const random = seededRandom(`${SEED}/${name}`);
    const cases: Case[] = [];
    for (const operation of operations) {
      const byByte = strikesAtByte(kind);
      const bytes = byByte ? await record(peer, operation) : NO_BYTES;
      const count = byByte ? AT_BYTES : OF_A_CELL;
      for (let at = 0; at < count; at++) {
        const direction = random.chance(0.5) ? "up" : "down";
        cases.push({
          peer,
          operation,
          kind,
          persist: at % 2 === 1,
          direction,
          after: random.whole(0, Math.max(0, bytes[direction] - 1)),
          mask: random.whole(1, 255),
          seed: `${SEED}/${name}/${at}`,
        });
      }
    }
    await runCases(cases);
  });
}

/**
 * Register the tests of a cut at every byte of an exchange against an engine,
 * in both directions; whether by FIN or RST is drawn by lot.
 *
 * @param stride Every how many bytes; the first one is drawn by lot.
 */
export function testEveryByte(names: readonly string[], stride = 1): void {
  const peer = "engine";
  for (
    const operation of OPERATIONS.filter(({ name }) => names.includes(name))
  ) {
    for (const direction of ["up", "down"] as const) {
      const which = stride === 1 ? "every" : `every ${stride}th`;
      const name = `${operation.name}, cut at ${which} byte ${direction}`;
      Deno.test(name, async () => {
        const bytes = (await record(peer, operation))[direction];
        const random = seededRandom(`${SEED}/${name}`);
        const cases: Case[] = [];
        for (
          let after = random.whole(0, stride - 1);
          after < bytes;
          after += stride
        ) {
          cases.push({
            peer,
            operation,
            kind: random.chance(0.5) ? "end" : "reset",
            persist: random.chance(0.5),
            direction,
            after,
            mask: 0,
            seed: `${SEED}/${name}/${after}`,
          });
        }
        await runCases(cases);
      });
    }
  }
}

/** What a peer has: there is none of 1.4. */
function operationsOf(peer: PeerName): readonly Operation[] {
  return OPERATIONS.filter(({ since = "1.0" }) =>
    peer === "engine" || since <= peer
  );
}

function title(peer: PeerName): string {
  return peer === "engine" ? "an engine" : `a server of ${peer}`;
}

const NO_BYTES: Passed = { up: 0, down: 0 };

/** How many bytes an operation passes where nothing fails. */
async function record(peer: PeerName, operation: Operation): Promise<Passed> {
  return await runCase({
    peer,
    operation,
    kind: "end",
    persist: false,
    direction: "up",
    after: Infinity,
    mask: 0,
    seed: SEED,
  });
}

async function runCases(cases: readonly Case[]): Promise<void> {
  const width = cases.some(({ kind }) => WAITING.has(kind)) ? SIDE_BY_SIDE : 1;
  const failures: Error[] = [];
  const waiting = cases.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const it of waiting) {
      const failure = await runCase(it)
        .then(() => undefined, (cause) => new Error(shown(it), { cause }));
      if (failure) failures.push(failure);
      await report(it, failure);
    }
  }));
  const [first] = failures;
  if (failures.length > 1) {
    first!.message += `, and ${failures.length - 1} more`;
  }
  if (first) throw first;
}

/** What repeats a case. */
function shown({ operation, ...it }: Case): string {
  const { name } = operation;
  return `TEST_SEED=${SEED}: ${JSON.stringify({ operation: name, ...it })}`;
}

/** A line of the report. */
export interface Outcome {
  readonly operation: string;
  readonly kind: Kind;
  /** What was not kept, and how to repeat the case. */
  readonly failure?: string;
}

async function report(
  { operation, kind }: Case,
  failure: Error | undefined,
): Promise<void> {
  if (REPORT === undefined) return;
  const outcome: Outcome = {
    operation: operation.name,
    kind,
    ...(failure && { failure: `${failure.message}: ${failure.cause}` }),
  };
  await Deno.writeTextFile(REPORT, JSON.stringify(outcome) + "\n", {
    append: true,
  });
}
