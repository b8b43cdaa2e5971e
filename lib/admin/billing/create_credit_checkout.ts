import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readText } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";
import { requireUrl } from "./_require_url.ts";

/** What is bought; see {@linkcode createCreditCheckout}. */
export interface CreditCheckoutParams {
  /** The pack, from {@linkcode listCreditPacks}. */
  readonly packId: string;
  /** Where the page leads back to; an http or https address. */
  readonly returnUrl: string | URL;
}

/**
 * Begin to buy credits for an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param params Which pack, and where to go afterwards.
 * @param options See {@linkcode CallOptions}.
 * @returns The address of the payment service's page.
 * @throws {TypeError} An id is blank, or the address is none. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createCreditCheckout(
  session: Session,
  orgId: string,
  params: CreditCheckoutParams,
  options: CallOptions = {},
): Promise<string> {
  const args = {
    orgId: requireText("orgId", orgId),
    packId: requireText("packId", params.packId),
    returnUrl: requireUrl("returnUrl", params.returnUrl),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(
    session,
    command,
    "credits_checkout",
    args,
    options,
  );
  return readText(body, "url", "an address");
}
