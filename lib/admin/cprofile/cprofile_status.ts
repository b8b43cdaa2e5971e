import type { CProfileStatus } from "../../../schema/cprofile.ts";
import type { Session } from "../../session/session.ts";
import { cprofileCall } from "./_cprofile_call.ts";
import type { CProfileOptions } from "./cprofile_options.ts";

/**
 * Tell whether a profile is being taken.
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
  return await cprofileCall(session, "status", {}, options);
}
