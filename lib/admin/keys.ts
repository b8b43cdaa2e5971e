import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type { ApiKeyRecord, CreateKeyParams } from "../../schema/account.ts";
import {
  cloudCall,
  given,
  readList,
  readText,
  requireNames,
  requireText,
} from "./answers.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Make an API key.
 *
 * The server returns it only once.
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
  checkCallOptions(options, "createKey(session, params, { timeout })");
  checkOptions(params, "createKey(session, { name })", {
    name: 1,
    permissions: 1,
    expiresAt: 1,
    teamId: 1,
  });
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
  checkCallOptions(options, "listKeys(session, { timeout })");
  const command = "rrext_account_keys";
  const body = await cloudCall(session, command, "list", {}, options);
  return readList<ApiKeyRecord>(body, "keys", "keys", "id");
}

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
  checkCallOptions(options, "revokeKey(session, keyId, { timeout })");
  const args = { keyId: requireText("keyId", keyId) };
  await cloudCall(session, "rrext_account_keys", "revoke", args, options);
}
