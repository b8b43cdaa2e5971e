import { assert, assertEquals } from "@std/assert";
import { growthOf, LAST_SIZE } from "./measure.ts";
import { READERS } from "./readers.ts";
import { textReadersIn } from "./text_readers_in.ts";
import { NOT_MEASURED } from "./not_measured.ts";
import { readTree } from "../support/read_tree.ts";

const ROOT = new URL("../../", import.meta.url);
/** How long a child may be silent; the slowest texts take a second or two. */
const SILENCE_MS = 60_000;
const CHILDREN = 2;

interface Line {
  readonly at: number;
  readonly reader: string;
  readonly text: string;
  /** The length that is measured next. */
  readonly begins?: number;
  readonly fault?: string;
}

interface Fault {
  readonly at: number;
  readonly says: string;
}

/**
 * Measure a text and every `step`th one after it; what never ends is killed
 * and reported.
 */
async function measured(
  first: number,
  step: number,
): Promise<{ faults: Fault[]; count: number }> {
  const faults: Fault[] = [];
  let count = 0;
  let next = first;
  for (;;) {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--allow-all",
        "--no-check",
        // So much is young that collecting it disturbs few of the runs.
        "--v8-flags=--min-semi-space-size=128,--max-semi-space-size=128",
        "test/scaling/measure_program.ts",
        String(next),
        String(step),
      ],
      cwd: ROOT,
      clearEnv: true,
      env: withoutCoverage(),
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let last: Line | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watch = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill("SIGKILL"), SILENCE_MS);
    };
    watch();
    let held = "";
    for await (
      const piece of child.stdout.pipeThrough(new TextDecoderStream())
    ) {
      watch();
      const lines = (held + piece).split("\n");
      held = lines.pop() ?? "";
      for (const text of lines) {
        const line: Line = JSON.parse(text);
        if (line.begins !== undefined) {
          last = line;
          continue;
        }
        last = undefined;
        count++;
        if (line.fault !== undefined) {
          const says = `${line.reader} with ${line.text}: ${line.fault}`;
          faults.push({ at: line.at, says });
        }
      }
    }
    const { success } = await child.status;
    clearTimeout(timer);
    if (success) return { faults, count };
    assert(last, "the program that measures must run");
    const { at, begins, reader, text } = last;
    faults.push({
      at,
      says: `${reader} with ${text}: ${begins} bytes take for ever`,
    });
    count++;
    next = at + step;
  }
}

/** The environment of a child whose speed Deno's own coverage must not change. */
function withoutCoverage(): Record<string, string> {
  const { DENO_COVERAGE_DIR: _, ...others } = Deno.env.toObject();
  return others;
}

Deno.test("what reads text from others takes time in proportion to its length", async (t) => {
  const parts = await Promise.all(
    Array.from({ length: CHILDREN }, (_, at) => measured(at, CHILDREN)),
  );
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  // Two measure side by side; one that is slow by itself is so alone, too.
  const faults: string[] = [];
  for (const { at } of parts.flatMap((part) => part.faults)) {
    const again = await measured(at, Number.MAX_SAFE_INTEGER);
    faults.push(...again.faults.map(({ says }) => says));
  }
  const covered = new Set(READERS.flatMap(({ covers }) => covers));
  await t.step(
    `count: ${covered.size} functions that read ${count} hostile texts`,
    () => assertEquals(faults, []),
  );
});

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

Deno.test("every function that scans text is measured, or it is said why not", async () => {
  const files = await readTree(["lib", "schema"]);
  const found = new Set(textReadersIn(files));
  const covered = new Set(READERS.flatMap(({ covers }) => covers));
  const excused = (name: string): boolean =>
    Object.hasOwn(NOT_MEASURED, name) ||
    Object.hasOwn(NOT_MEASURED, name.split("#")[0]!) ||
    Object.hasOwn(NOT_MEASURED, folderOf(name));
  const left = [...found].filter((name) =>
    !covered.has(name) && !excused(name)
  );
  assertEquals(left, [], "add a reader to test/scaling, or a reason");
  const known = new Set([...found].flatMap((name) => [
    name,
    name.split("#")[0]!,
    folderOf(name),
  ]));
  const stale = Object.keys(NOT_MEASURED).filter((name) =>
    !known.has(name) || covered.has(name)
  );
  assertEquals(stale, [], "these do not scan text any more, or are measured");
  const gone = [...covered].filter((name) => !files.has(name.split("#")[0]!));
  assertEquals(gone, [], "these files are gone");
});

/** A clock on which a run takes what a function of its length says. */
function timed(
  msOf: (size: number, run: number) => number,
): Parameters<typeof growthOf>[0] {
  let run = 0;
  return (size) => () => Promise.resolve(msOf(size, run++));
}

Deno.test("time in proportion to length passes, whatever disturbs some of the runs", async () => {
  const linear = await growthOf(timed((size) => size / 2000));
  assertEquals(linear, { size: 128 * 1024, fault: undefined });
  const fast = await growthOf(timed((size) => size / 50_000));
  assertEquals(fast, { size: LAST_SIZE, fault: undefined });
  const noisy = await growthOf(
    timed((size, run) => size / 2000 * (run % 3 === 0 ? 1 : 10)),
  );
  assertEquals(noisy.fault, undefined);
});

Deno.test("more than that is a fault, and so are two seconds for 1 MB", async () => {
  const quadratic = await growthOf(timed((size) => (size / 4096) ** 2));
  assertEquals(
    quadratic.fault,
    "65536 bytes take 256 ms, 4.0 times as long as 32768",
  );
  const slow = await growthOf(timed((size) => size / 500));
  assertEquals(slow.fault, "1048576 bytes take more than 2000 ms");
});
