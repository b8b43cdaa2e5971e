import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readText } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";
import { requireUrl } from "./_require_url.ts";

/**
 * Open the payment service's own page for an organization.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param returnUrl Where the page leads back to; an http or https address.
 * @param options See {@linkcode CallOptions}.
 * @returns The page's address.
 * @throws {TypeError} The id is blank, or the address is none. Nothing was
 * sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createPortalSession(
  session: Session,
  orgId: string,
  returnUrl: string | URL,
  options: CallOptions = {},
): Promise<string> {
  const args = {
    orgId: requireText("orgId", orgId),
    returnUrl: requireUrl("returnUrl", returnUrl),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "portal", args, options);
  return readText(body, "url", "an address");
}
