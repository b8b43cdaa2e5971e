import { checkOptions, type OptionNames } from "../check.ts";
import type { CProfileStatus, CProfileStop } from "../../schema/dashboard.ts";
import { given, unreadable } from "./answers.ts";
import { RocketRideException } from "../errors.ts";
import { call, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/** Options of {@linkcode cprofileStart}. */
export interface CProfileStartOptions extends CProfileOptions {
  /** A name for the profile. @default {one that the engine makes up} */
  readonly session?: string | undefined;
}

/**
 * Begin to profile the Python code of an engine, or of a task.
 *
 * A start while a profile is taken is refused by engines inside an answer that
 * calls itself a success; here it rejects.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileStartOptions}.
 * @returns What is being profiled.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or does so already.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileStart(
  session: Session,
  options: CProfileStartOptions = {},
): Promise<CProfileStatus> {
  checkOptions(options, "cprofileStart(session, { target })", {
    ...PROFILE_NAMES,
    session: 1,
  });
  const { session: name, ...rest } = options;
  return await cprofileCall(session, "start", given({ session: name }), rest);
}

/**
 * End the profile that is being taken.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns For how long it was taken.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or takes no profile.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileStop(
  session: Session,
  options: CProfileOptions = {},
): Promise<CProfileStop> {
  checkOptions(options, "cprofileStop(session, { target })", PROFILE_NAMES);
  return await cprofileCall(session, "stop", {}, options);
}

/**
 * Check whether a profile is being taken.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns By whom, since when, and whether there is a report.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { cprofileStatus } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * assertEquals((await cprofileStatus(session)).active, false);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function cprofileStatus(
  session: Session,
  options: CProfileOptions = {},
): Promise<CProfileStatus> {
  checkOptions(options, "cprofileStatus(session, { target })", PROFILE_NAMES);
  return await cprofileCall(session, "status", {}, options);
}

/**
 * Fetch what the last profile found out.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CProfileOptions}.
 * @returns The report, as text.
 * @throws {RocketRideException} The engine does not profile (`not-supported` in
 * the embedded one), or has no report.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function cprofileReport(
  session: Session,
  options: CProfileOptions = {},
): Promise<string> {
  checkOptions(options, "cprofileReport(session, { target })", PROFILE_NAMES);
  const { report } = await cprofileCall(session, "report", {}, options);
  if (typeof report === "string") return report;
  throw unreadable("a report");
}

/** Options of the functions that profile. */
export interface CProfileOptions extends CallOptions {
  /**
   * The task whose process is meant.
   *
   * @default {the engine's own process}
   */
  readonly target?: TaskRef | undefined;
}

const PROFILE_NAMES: OptionNames<CProfileOptions> = {
  target: 1,
  signal: 1,
  timeout: 1,
};

/**
 * Call one of the commands that profile.
 *
 * @throws {RocketRideException} The engine refused, be it in an answer that
 * calls itself a success.
 */
async function cprofileCall(
  session: Session,
  command: string,
  args: Readonly<Record<string, unknown>>,
  options: CProfileOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { target, ...waiting } = options;
  const body = await call(session, `rrext_cprofile_${command}`, {
    ...args,
    ...given({ target: target === undefined ? undefined : tokenOf(target) }),
  }, waiting);
  if (body.status !== "error") return body;
  const { message } = body;
  throw new RocketRideException(
    typeof message === "string" && message !== ""
      ? message
      : "Engine refused to profile without a message",
    { dapResult: body },
  );
}
