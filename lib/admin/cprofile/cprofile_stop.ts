import type { CProfileStop } from "../../../schema/cprofile.ts";
import type { Session } from "../../session/session.ts";
import { cprofileCall } from "./_cprofile_call.ts";
import type { CProfileOptions } from "./cprofile_options.ts";

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
  return await cprofileCall(session, "stop", {}, options);
}
