import type { CreditBalance } from "../../../schema/billing.ts";
import { isRecord } from "../../../schema/json.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { unreadable } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * Return what an organization has left to spend.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param options See {@linkcode CallOptions}.
 * @returns Amounts by resource.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getCreditBalance(
  session: Session,
  orgId: string,
  options: CallOptions = {},
): Promise<CreditBalance> {
  const args = { orgId: requireText("orgId", orgId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(
    session,
    command,
    "credits_balance",
    args,
    options,
  );
  if (isRecord(body.balances)) return body as CreditBalance;
  throw unreadable("a balance");
}
