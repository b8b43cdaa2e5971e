import { isRecord } from "./json.ts";
import { isPipeline, type Pipeline } from "./pipeline.ts";

/** A pipeline that an engine keeps and starts on a schedule. */
export interface DeploymentRecord {
  /** The pipeline; its `project_id` names the deployment. */
  readonly pipeline: Pipeline;
  /**
   * When it is started: `manual`, a word like `@hourly`, or a cron
   * expression.
   */
  readonly schedule: string;
  /** How it is. */
  readonly state:
    | "active"
    | "paused"
    | "errored"
    | (string & Record<never, never>);
  /** The id of the user who made it. */
  readonly created_by?: string;
  /** When it was made, in Unix seconds. */
  readonly created_at?: number;
  /** When it was last changed, in Unix seconds. */
  readonly updated_at?: number;
  /** Members this version does not know are kept. */
  readonly [key: string]: unknown;
}

/**
 * Check whether a value has the shape of a deployment.
 *
 * @param value Anything.
 * @returns `true` when pipeline, schedule and state can be read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isDeploymentRecord } from "@rocketride/streams/schema";
 *
 * const pipeline = { project_id: "p", components: [] };
 * const record = { pipeline, schedule: "manual", state: "active" };
 * assert(isDeploymentRecord(record));
 * assert(!isDeploymentRecord({ pipeline }));
 * ```
 */
export function isDeploymentRecord(value: unknown): value is DeploymentRecord {
  return isRecord(value) && isPipeline(value.pipeline) &&
    typeof value.schedule === "string" && typeof value.state === "string";
}
