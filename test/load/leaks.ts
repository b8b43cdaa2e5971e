/**
 * `deno task leaks [listeners] [runtimes…] [--calls=100000]`: what is left on a
 * signal after calls of every function that takes one, and what is left in the
 * heap after 10,000 sessions and 20,000 pipes. Fails where something is left.
 *
 * @module
 */
import { print } from "../runner/report.ts";
import { startEngine } from "./engine_process.ts";
import { type Figure, holds, rowOf } from "./figures.ts";
import type { Remains } from "./leaks_program.ts";
import { listenersAfter, signalTakers, withWorld } from "./listeners.ts";
import { RUNTIMES, withProgram } from "./runtimes.ts";

const MIB = 1024 * 1024;
/** What a heap may differ by from one collection to another. */
const MOST_MIB = 2;
/** No function is called for longer, however slow its calls are. */
const MOST_MS = 20_000;

const option = Deno.args.find((it) => it.startsWith("--calls="));
const calls = Number(option?.split("=")[1] ?? 100_000);
const named = RUNTIMES.filter((name) => Deno.args.includes(name));
let failed = 0;

if (named.length === 0) await listeners();
if (!Deno.args.includes("listeners")) {
  for (const runtime of named.length > 0 ? named : RUNTIMES) {
    await remains(runtime);
  }
}
print(`leaks: ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** Listeners on one signal for all calls of a function. */
async function listeners(): Promise<void> {
  let total = 0;
  let fewest = Infinity;
  await withWorld(async (world) => {
    const takers = await signalTakers(world);
    for (const taker of takers) {
      const after = await listenersAfter(taker, calls, MOST_MS);
      total += after.calls;
      fewest = Math.min(fewest, after.calls);
      if (after.left === 0 && after.attached > 0) continue;
      failed++;
      const { attached, left } = after;
      print(
        `${taker.name}: ${left} of ${attached} listeners are left after ` +
          `${after.calls} calls`,
      );
    }
    print(
      `${takers.length} functions take a signal: ${total} calls in all, at ` +
        `least ${fewest} of each, ${failed} functions leave listeners`,
    );
  });
}

/** What sessions and pipes leave, with the client on a runtime. */
async function remains(runtime: typeof RUNTIMES[number]): Promise<void> {
  await using engine = await startEngine();
  print(`\n${runtime}\n`);
  print("| what | value | unit | promise |\n| --- | ---: | --- | --- |");
  const program = "test/load/leaks_program.ts";
  await withProgram(runtime, program, [`${engine.port}`], async (child) => {
    for await (const line of child.lines()) {
      for (const figure of figuresOf(JSON.parse(line))) {
        print(rowOf(figure));
        if (!holds(figure)) failed++;
      }
    }
    const { code, stderr } = await child.ended();
    if (code === 0) return;
    failed++;
    print(stderr.trim() || `It ended with ${code}`);
  });
}

function figuresOf({ what, count, before, after }: Remains): Figure[] {
  return (["client", "engine"] as const).flatMap((end): Figure[] => {
    const name = `${count} ${what}, ${end}`;
    const growth = (of: "heap" | "handles" | "timers"): number =>
      after[end][of] - before[end][of];
    return [
      {
        what: `${name}: heap`,
        value: growth("heap") / MIB,
        unit: "MiB",
        most: MOST_MIB,
      },
      { what: `${name}: bytes each`, value: growth("heap") / count, unit: "" },
      { what: `${name}: handles`, value: growth("handles"), unit: "", most: 0 },
      { what: `${name}: timers`, value: growth("timers"), unit: "", most: 0 },
    ];
  });
}
