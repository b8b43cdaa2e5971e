import type { CreditPack } from "../../../schema/billing.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { readList } from "../_read_answer.ts";

/**
 * List the credits that can be bought.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One record a pack.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listCreditPacks(
  session: Session,
  options: CallOptions = {},
): Promise<readonly CreditPack[]> {
  const command = "rrext_account_billing";
  const body = await cloudCall(session, command, "credits_packs", {}, options);
  return readList<CreditPack>(body, "packs", "packs", "packId");
}
