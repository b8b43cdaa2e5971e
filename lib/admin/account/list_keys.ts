import type { ApiKeyRecord } from "../../../schema/api_key.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readList } from "../_read_answer.ts";

/**
 * List the API keys of the account, without the keys themselves.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a key; revoked ones are among them.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listKeys(
  session: Session,
  options: CallOptions = {},
): Promise<readonly ApiKeyRecord[]> {
  const command = "rrext_account_keys";
  const body = await cloudCall(session, command, "list", {}, options);
  return readList<ApiKeyRecord>(body, "keys", "keys", "id");
}
