import type { Deployment, SchedulePreview } from "../../schema/registry.ts";
import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { requireText, unreadable } from "./answers.ts";
import { deployStatus, deployUpdate } from "./deployments.ts";
import { byRegistry, needsRegistry } from "./registry.ts";
import {
  argsOf,
  change,
  deploymentCall,
  type SourceAddress,
} from "./team_deployments.ts";

/** Options of {@linkcode setSchedule}. */
export interface ScheduleOptions extends CallOptions {
  /**
   * When the source is started: a cron expression of five fields, or a word
   * like `@daily`.
   *
   * @default {none: it is started by hand}
   */
  readonly schedule?: string | undefined;
  /** Seconds that a run may take. @default {no limit} */
  readonly ttl?: number | undefined;
}

/**
 * Set when a source of a deployment is started.
 *
 * Servers up to 1.3 have one schedule for all sources, and no `ttl`.
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project, source and team; see {@linkcode SourceAddress}.
 * @param options See {@linkcode ScheduleOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RangeError} `ttl` is no whole number above 0. Nothing was sent.
 * @throws {RocketRideException} The schedule is none.
 * @throws What {@linkcode request} throws.
 */
export async function setSchedule(
  session: Session,
  address: SourceAddress,
  options: ScheduleOptions = {},
): Promise<Deployment> {
  checkOptions(options, "setSchedule(session, address, { schedule })", {
    schedule: "string",
    ttl: "number",
    signal: 1,
    timeout: 1,
  });
  const { schedule, ttl, ...waiting } = options;
  const isWhole = Number.isSafeInteger(ttl) && Number(ttl) > 0;
  if (ttl !== undefined && !isWhole) {
    throw new RangeError(
      `Cannot use ttl ${ttl}: expected whole seconds above 0`,
    );
  }
  const args = {
    ...argsOf("setSchedule", address, true),
    schedule: schedule === "manual" ? undefined : schedule,
    ttl,
  };
  const { projectId } = address;
  return await change(session, "schedule_set", args, waiting, async () => {
    if (ttl !== undefined) throw needsRegistry();
    const all = { schedule: schedule ?? "manual" };
    await deployUpdate(session, projectId, all, waiting);
    return await deployStatus(session, projectId, waiting);
  });
}

/**
 * Let the schedule of a source rest.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project, source and team; see {@linkcode SourceAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function pauseSchedule(
  session: Session,
  address: SourceAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "pauseSchedule(session, address, { timeout })");
  const args = argsOf("pauseSchedule", address, true);
  return await change(session, "schedule_pause", args, options);
}

/**
 * Let the schedule of a source count again.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project, source and team; see {@linkcode SourceAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function resumeSchedule(
  session: Session,
  address: SourceAddress,
  options: CallOptions = {},
): Promise<Deployment> {
  checkCallOptions(options, "resumeSchedule(session, address, { timeout })");
  const args = argsOf("resumeSchedule", address, true);
  return await change(session, "schedule_resume", args, options);
}

/** Options of {@linkcode setSourceConfig}. */
export interface SourceConfigOptions extends CallOptions {
  /** Whether runs print what helps to find faults. @default {false} */
  readonly debugOut?: boolean | undefined;
  /** How much of a run is traced. @default {as it is} */
  readonly traceLevel?: "none" | "metadata" | "summary" | "full" | undefined;
}

/**
 * Set how runs of a source of a deployment are traced.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param address Project, source and team; see {@linkcode SourceAddress}.
 * @param options See {@linkcode SourceConfigOptions}.
 * @returns The deployment.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {RangeError} The trace level is unknown. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function setSourceConfig(
  session: Session,
  address: SourceAddress,
  options: SourceConfigOptions = {},
): Promise<Deployment> {
  checkOptions(options, "setSourceConfig(session, address, { traceLevel })", {
    debugOut: "boolean",
    traceLevel: ["none", "metadata", "summary", "full"],
    signal: 1,
    timeout: 1,
  });
  const { debugOut = false, traceLevel, ...waiting } = options;
  const source = argsOf("setSourceConfig", address, true);
  const args = { ...source, debugOut, traceLevel };
  return await change(session, "source_config", args, waiting);
}

/** Options of {@linkcode previewSchedule}. */
export interface PreviewOptions extends CallOptions {
  /** How many times, 50 at most. @default {5} */
  readonly count?: number | undefined;
}

/**
 * Ask when a schedule would run next. One that is none is a result, not an
 * exception.
 *
 * Servers up to 1.3 refuse (`not-supported`).
 *
 * @param session A session from {@linkcode connect}.
 * @param schedule A cron expression of five fields, or a word like `@daily`.
 * @param options See {@linkcode PreviewOptions}.
 * @returns Whether it is a schedule, and the next times.
 * @throws {TypeError} It is blank. Nothing was sent.
 * @throws {ProtocolException} The server answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function previewSchedule(
  session: Session,
  schedule: string,
  options: PreviewOptions = {},
): Promise<SchedulePreview> {
  checkOptions(options, "previewSchedule(session, schedule, { count })", {
    count: "number",
    signal: 1,
    timeout: 1,
  });
  const { count, ...waiting } = options;
  const args = { schedule: requireText("schedule", schedule), count };
  return await byRegistry<SchedulePreview>(session, async () => {
    const body = await deploymentCall(session, "preview", args, waiting);
    const { valid, next = [] } = body;
    if (typeof valid !== "boolean" || !Array.isArray(next)) {
      throw unreadable("the times of a schedule");
    }
    return { ...body, valid, next };
  }, () => Promise.reject(needsRegistry()));
}
