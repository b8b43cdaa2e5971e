import type { CheckoutSession } from "../../../schema/billing.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readRecord } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/** What is subscribed to; see {@linkcode createCheckoutSession}. */
export interface CheckoutParams {
  /** The app's id. */
  readonly appId: string;
  /** The price, from {@linkcode getProductPrices}. */
  readonly priceId: string;
}

/**
 * Begin to subscribe to an app.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Which app, at which price.
 * @param options See {@linkcode CallOptions}.
 * @returns What the payment service's form is opened with.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createCheckoutSession(
  session: Session,
  orgId: string,
  params: CheckoutParams,
  options: CallOptions = {},
): Promise<CheckoutSession> {
  const args = {
    orgId: requireText("orgId", orgId),
    appId: requireText("appId", params.appId),
    priceId: requireText("priceId", params.priceId),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "subscribe", args, options);
  return readRecord<CheckoutSession>(
    body,
    "a checkout",
    "clientSecret",
    "subscriptionId",
  );
}
