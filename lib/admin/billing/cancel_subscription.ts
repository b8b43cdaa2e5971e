import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { unreadable } from "../_read_answer.ts";
import { requireText } from "../_require_text.ts";

/**
 * End the subscription of an organization to an app.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param orgId The organization's id.
 * @param appId The app's id.
 * @param options See {@linkcode CallOptions}.
 * @returns Whether it was.
 * @throws {TypeError} An id is blank. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function cancelSubscription(
  session: Session,
  orgId: string,
  appId: string,
  options: CallOptions = {},
): Promise<boolean> {
  const args = {
    orgId: requireText("orgId", orgId),
    appId: requireText("appId", appId),
  };
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "cancel", args, options);
  if (typeof body.canceled === "boolean") return body.canceled;
  throw unreadable("whether the subscription was canceled");
}
