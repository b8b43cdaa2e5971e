import type { CProfileStatus } from "../../../schema/cprofile.ts";
import type { Session } from "../../session/session.ts";
import { given } from "../_given.ts";
import { cprofileCall } from "./_cprofile_call.ts";
import type { CProfileOptions } from "./cprofile_options.ts";

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
  const args = given({ session: options.session });
  return await cprofileCall(session, "start", args, options);
}
