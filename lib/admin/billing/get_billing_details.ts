import type { BillingDetail } from "../../../schema/billing.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readList } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * List what an organization pays for. Official clients call it `getDetails`.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a subscription.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getBillingDetails(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<readonly BillingDetail[]> {
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "list", args, options);
  return readList<BillingDetail>(
    body,
    "subscriptions",
    "subscriptions",
    "appId",
  );
}
