import type { Pipeline } from "../../schema/pipeline.ts";
import type { StoreVersion } from "../../schema/store.ts";
import type { CallOptions } from "../session/session.ts";

/** A pipeline that the store keeps. */
export interface StoredPipeline {
  /** The pipeline. */
  readonly pipeline: Pipeline;
  /** Which state of it this is; servers of 1.1 do not tell. */
  readonly version: StoreVersion | undefined;
}

/** Options of what changes a stored pipeline. */
export interface VersionOptions extends CallOptions {
  /**
   * Refuse the change, with the code `version-conflict`, unless this is the
   * version that is there. Servers of 1.1 keep no versions: with them the call
   * rejects with the code `not-supported`, and nothing is changed.
   *
   * @default {whoever saves last wins}
   */
  readonly expectedVersion?: StoreVersion | undefined;
}
