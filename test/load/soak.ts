/**
 * `deno task soak [--minutes=20] [runtime]`: mixed traffic with cuts and
 * reconnects; prints a row a minute. Fails where the heap has grown, a handle or
 * a timer is left, or calls have become slower.
 *
 * @module
 */
import { print } from "../runner/report.ts";
import { startEngine } from "./engine_process.ts";
import { type Figure, holds, quantile, rowOf } from "./figures.ts";
import { RUNTIMES, withProgram } from "./runtimes.ts";
import type { Minute } from "./soak_program.ts";

const MIB = 1024 * 1024;
/** The minute that later ones are compared with; before it, code warms up. */
const FIRST = 2;
/** Minutes at either end whose latencies are compared. */
const SPAN = 5;
const MOST_GROWTH = 1.1;
const MOST_SLOWER = 1.25;

const option = Deno.args.find((it) => it.startsWith("--minutes="));
const minutes = Number(option?.split("=")[1] ?? 20);
const runtime = RUNTIMES.find((name) => Deno.args.includes(name)) ?? "deno";
if (!Number.isInteger(minutes) || minutes <= FIRST) {
  print(`Cannot soak for ${minutes} minutes: more than ${FIRST} are needed`);
  Deno.exit(2);
}

const rows: Minute[] = [];
let fault = "";
{
  await using engine = await startEngine();
  const args = [minutes, engine.port, engine.failingPort].map(String);
  const program = "test/load/soak_program.ts";
  print(
    "| minute | done | cut off | reconnects | p50 ms | p99 ms | heap MiB | " +
      "handles | timers | engine: heap MiB | handles | timers |",
  );
  print(`|${" ---: |".repeat(12)}`);
  await withProgram(runtime, program, args, async (child) => {
    for await (const line of child.lines()) {
      const row: Minute = JSON.parse(line);
      rows.push(row);
      print(minuteRow(row));
    }
    const { code, stderr } = await child.ended();
    if (code !== 0) fault = stderr.trim() || `It ended with ${code}`;
  });
}
const figures = judged(rows);
print("\n| what | value | unit | promise |\n| --- | ---: | --- | --- |");
for (const figure of figures) print(rowOf(figure));
if (fault) print(fault);
const isWell = fault === "" && rows.length === minutes && figures.every(holds);
print(`soak on ${runtime}: ${isWell ? "ok" : "FAILED"}`);
Deno.exit(isWell ? 0 : 1);

function minuteRow(it: Minute): string {
  const { client, engine } = it;
  const cells = [
    it.minute,
    it.done,
    it.interrupted,
    it.reconnects,
    it.p50.toFixed(1),
    it.p99.toFixed(1),
    (client.heap / MIB).toFixed(2),
    client.handles,
    client.timers,
    (engine.heap / MIB).toFixed(2),
    engine.handles,
    engine.timers,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** What the minutes say, as far as something was promised. */
function judged(rows: readonly Minute[]): Figure[] {
  const later = rows.slice(FIRST - 1);
  const [first] = later;
  const last = later.at(-1);
  if (!first || !last) return [];
  const span = Math.min(SPAN, Math.ceil(later.length / 2));
  const early = later.slice(0, span);
  const late = later.slice(-span);
  const middle = (rows: readonly Minute[], of: "p50" | "p99"): number =>
    quantile(rows.map((row) => row[of]), 0.5);
  const different = (of: (row: Minute) => number): number =>
    new Set(later.map(of)).size;
  const count = (what: string, value: number): Figure => {
    return { what, value, unit: "", most: 1 };
  };
  const sizes: readonly (readonly [string, (row: Minute) => number])[] = [
    ["client's heap", (row) => row.client.heap],
    ["engine's heap", (row) => row.engine.heap],
  ];
  return [
    ...sizes.map(([what, of]): Figure => ({
      what: `${what}, last minute to minute ${FIRST}`,
      value: of(last) / of(first),
      unit: "",
      most: MOST_GROWTH,
    })),
    {
      what: `p50, last ${span} minutes to first ${span}`,
      value: middle(late, "p50") / middle(early, "p50"),
      unit: "",
      most: MOST_SLOWER,
    },
    {
      what: `p99, last ${span} minutes to first ${span}`,
      value: middle(late, "p99") / middle(early, "p99"),
      unit: "",
    },
    count(
      "numbers of handles of the client",
      different((it) => it.client.handles),
    ),
    count(
      "numbers of timers of the client",
      different((it) => it.client.timers),
    ),
    count(
      "numbers of handles of the engine",
      different((it) => it.engine.handles),
    ),
    count(
      "numbers of timers of the engine",
      different((it) => it.engine.timers),
    ),
  ];
}
