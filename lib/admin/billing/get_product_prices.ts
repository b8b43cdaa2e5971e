import type { StripePlan } from "../../../schema/billing.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readList } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * List what an app can be had for.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a price.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getProductPrices(
  session: Session,
  appId: string,
  options: CallOptions = {},
): Promise<readonly StripePlan[]> {
  const args = { appId: requireText("appId", appId) };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "prices", args, options);
  return readList<StripePlan>(body, "plans", "plans", "priceId");
}
