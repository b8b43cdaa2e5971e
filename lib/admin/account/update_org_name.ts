import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Rename an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param name The new name.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id or the name is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function updateOrgName(
  session: Session,
  orgId: string,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  const args = {
    orgId: requireText("orgId", orgId),
    name: requireText("name", name),
  };
  await cloudCall(session, "rrext_account_org", "update", args, options);
}
