import type { ConnectOptions } from "@rocketride/streams";
import type { Figure } from "./figures.ts";
import type { ProcessCounts } from "./process_counts.ts";

/** What an engine has at a moment, as its operator sees it. */
export interface EngineCounts extends ProcessCounts {
  /** Its connections, besides the one that asks. */
  readonly connections: number;
  /** Its tasks that run. */
  readonly tasks: number;
  /** The pipes that are open in them. */
  readonly pipes: number;
}

/** What an item works with. */
export interface Stage {
  /** What `connect` needs to reach the engine. */
  readonly options: ConnectOptions;
  /** As much as is promised, or a small share of it that CI runs. */
  readonly size: "full" | "share";
  /** Ask the engine what it has. */
  counts(): Promise<EngineCounts>;
}

/** A kind of load. */
export interface LoadItem {
  /** Its name on the command line. */
  readonly name: string;
  /**
   * Put the load on, check that nothing was lost, and measure.
   *
   * @throws {Error} A promise that does not depend on time was broken.
   */
  run(stage: Stage): Promise<Figure[]>;
}
