import type { OrgDetail } from "../../../schema/organization.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { given } from "../_given.ts";
import { readRecord } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * Return what is known about an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id; the account's own when `undefined`.
 * @param options See {@linkcode CallOptions}.
 * @returns Its name and plan, and how many are in it.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getOrg(
  session: Session,
  orgId: string | undefined,
  options: CallOptions = {},
): Promise<OrgDetail> {
  const args = given({
    orgId: orgId === undefined ? undefined : requireText("orgId", orgId),
  });
  const command = "rrext_account_org";
  const body = await cloudCall(session, command, "get", args, options);
  return readRecord<OrgDetail>(body, "an organization", "id");
}
