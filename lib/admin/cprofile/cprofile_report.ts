import type { Session } from "../../session/session.ts";
import { unreadable } from "../_read_answer.ts";
import { cprofileCall } from "./_cprofile_call.ts";
import type { CProfileOptions } from "./cprofile_options.ts";

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
  const { report } = await cprofileCall(session, "report", {}, options);
  if (typeof report === "string") return report;
  throw unreadable("a report");
}
