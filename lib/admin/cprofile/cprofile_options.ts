import type { CallOptions, TaskRef } from "../../session/session.ts";

/** Options of the functions that profile. */
export interface CProfileOptions extends CallOptions {
  /**
   * The task whose process is meant.
   *
   * @default {the engine's own process}
   */
  readonly target?: TaskRef | undefined;
}
