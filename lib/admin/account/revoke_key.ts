import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { requireText } from "../_require_text.ts";

/**
 * Make an API key useless, for good.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param keyId The id from {@linkcode listKeys}; not the key itself.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function revokeKey(
  session: Session,
  keyId: string,
  options: CallOptions = {},
): Promise<void> {
  const args = { keyId: requireText("keyId", keyId) };
  await cloudCall(session, "rrext_account_keys", "revoke", args, options);
}
