import type { Session } from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import type { BareSocket } from "./bare_socket.ts";
import type { Pair } from "./measure.ts";

/** The runtimes that the benchmarks run on. */
export type RuntimeName = "deno" | "bun" | "node";

/** What a contest works with. */
export interface Stage {
  /** The engine's address. */
  readonly uri: string;
  /** The library, connected. */
  readonly session: Session;
  /** The yardstick, connected to the same engine. */
  readonly bare: BareSocket;
  /** Where it runs. */
  readonly runtime: RuntimeName;
  /** How often each contender is measured. */
  readonly rounds: number;
  /** The share of the usual amount of work in each round, from 0 to 1. */
  readonly effort: number;
}

/** The library and a yardstick at the same task. */
export interface Contest {
  /** What is measured. */
  readonly what: string;
  /** The name of its group, as given on the command line. */
  readonly group: string;
  /** The unit of its figures, for example `1/s`. */
  readonly unit: string;
  /** What it is measured against. @default {"bare WebSocket loop"} */
  readonly against?: string;
  /**
   * The least ratio that `deno task bench:check` accepts, by runtime; a
   * runtime without one is not checked.
   */
  readonly least?: Readonly<Partial<Record<RuntimeName, number>>>;
  /** Measure both contenders. */
  run(stage: Stage): Promise<Pair>;
}

/** One line of a report. */
export interface Row extends Pair {
  readonly what: string;
  readonly group: string;
  readonly unit: string;
  readonly against: string;
  /** The least ratio that is accepted here, if there is one. */
  readonly least: number | undefined;
}

/** A pipeline that swallows bytes, and takes its time over each write. */
export function sinkPipeline(delayMs: number): Pipeline {
  return {
    components: [
      { id: "in", provider: "webhook", config: { mode: "Source" } },
      {
        id: "sink",
        provider: "bench_sink",
        config: { delayMs },
        input: [{ lane: "tags", from: "in" }],
      },
    ],
  };
}

/** The same floor on all three runtimes. */
export function everywhere(
  least: number,
): Readonly<Record<RuntimeName, number>> {
  return { deno: least, bun: least, node: least };
}
