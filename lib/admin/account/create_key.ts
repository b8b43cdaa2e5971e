import type { CreateKeyParams } from "../../../schema/api_key.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";
import { given } from "../_given.ts";
import { readText } from "../_read_answer.ts";
import { requireNames } from "../_require_names.ts";
import { requireText } from "../_require_text.ts";

/**
 * Make an API key.
 *
 * It is told this once and never again.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param params What the key is to be.
 * @param options See {@linkcode CallOptions}.
 * @returns The key. It is a credential: keep it safe.
 * @throws {TypeError} The name is blank, or the permissions are no list of
 * names. Nothing was sent.
 * @throws {RangeError} `expiresAt` is no time. Nothing was sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function createKey(
  session: Session,
  params: CreateKeyParams,
  options: CallOptions = {},
): Promise<string> {
  const { permissions, expiresAt, teamId } = params;
  if (expiresAt !== undefined && Number.isNaN(Date.parse(expiresAt))) {
    throw new RangeError(
      `Cannot use expiresAt "${expiresAt}": expected a time`,
    );
  }
  const args = given({
    name: requireText("name", params.name),
    permissions: permissions === undefined
      ? undefined
      : requireNames("permissions", permissions),
    expiresAt,
    teamId: teamId === undefined ? undefined : requireText("teamId", teamId),
  });
  const command = "rrext_account_keys";
  const body = await cloudCall(session, command, "create", args, options);
  return readText(body, "key", "a key");
}
