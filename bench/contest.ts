import type { Session } from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import type { BareSocket } from "./bare_socket.ts";
import type { Contender, Pair } from "./measure.ts";

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
  /** The share of the usual amount of work in each round, from 0 to 1. */
  readonly effort: number;
  /** Measure both contenders in turn. */
  compare(ours: Contender, bare: Contender): Promise<Pair>;
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
  /** The ratio to reach; `deno task bench:check` demands a share of it. */
  readonly wanted: number;
  /** Whether less is better; the ratio is then turned. @default {false} */
  readonly lessIsBetter?: boolean;
  /** The most rounds of a whole run, where each is long. @default {Infinity} */
  readonly maxRounds?: number;
  /** Measure both contenders. */
  run(stage: Stage): Promise<Pair>;
}

/** One contest on one runtime. */
export interface Row extends Pair {
  readonly what: string;
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
