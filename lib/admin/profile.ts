import { checkOptions } from "../check.ts";
import { checkCallOptions } from "../session/call.ts";
import type { ConnectResult, ProfileUpdate } from "../../schema/account.ts";
import { cloudCall, requireText } from "./answers.ts";
import { byGeneration } from "../session/generation.ts";
import type { CallOptions, Session } from "../session/session.ts";

/**
 * Return what the account knows about its user.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns Names, addresses, organizations and teams; every member may be
 * missing.
 * @throws What {@linkcode request} throws.
 */
export async function getProfile(
  session: Session,
  options: CallOptions = {},
): Promise<ConnectResult> {
  checkCallOptions(options, "getProfile(session, { timeout })");
  return await cloudCall(session, "rrext_account_me", "get", {}, options);
}

/**
 * Change what the account knows about its user.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param fields What is to change; what is absent or empty stays as it is.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} Nothing is to change, or a member is no text. Nothing was
 * sent.
 * @throws {RangeError} A mail address, a telephone number or a locale has
 * another form. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function updateProfile(
  session: Session,
  fields: ProfileUpdate,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "updateProfile(session, fields, { timeout })");
  checkOptions(fields, "updateProfile(session, { displayName })", {
    displayName: 1,
    preferredUsername: 1,
    givenName: 1,
    familyName: 1,
    email: 1,
    phoneNumber: 1,
    locale: 1,
  });
  const changes = checkProfile(fields);
  await cloudCall(session, "rrext_account_me", "update", changes, options);
}

/**
 * Choose the default team of tasks, which from 1.4 on there is not:
 * {@linkcode setDevTeam} has both.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param teamId The team's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function setDefaultTeam(
  session: Session,
  teamId: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "setDefaultTeam(session, teamId, { timeout })");
  const args = { teamId: requireText("teamId", teamId) };
  const command = "rrext_account_me";
  await cloudCall(session, command, "set_default_team", args, options);
}

const byDevTeam = byGeneration("unknown-command", "not-supported");

/**
 * Choose the team whose settings and payments runs of development have.
 *
 * Up to 1.3 this was the default team of tasks, which older servers get set
 * instead. Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param teamId The team's id.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The id is blank. Nothing was sent.
 * @throws What {@linkcode request} throws.
 */
export async function setDevTeam(
  session: Session,
  teamId: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "setDevTeam(session, teamId, { timeout })");
  const args = { teamId: requireText("teamId", teamId) };
  const command = "rrext_account_me";
  await byDevTeam(
    session,
    () => cloudCall(session, command, "set_dev_team", args, options),
    () => cloudCall(session, command, "set_default_team", args, options),
  );
}

/**
 * Delete the account, for good.
 *
 * There is no question back and no way back.
 *
 * Only RocketRide's cloud has this; other servers refuse with the code
 * `not-supported`.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @throws What {@linkcode request} throws.
 */
export async function deleteAccount(
  session: Session,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "deleteAccount(session, { timeout })");
  await cloudCall(session, "rrext_account_me", "delete", {}, options);
}

/** What members with a form of their own look like; empty ones stay as is. */
const FORMS: Readonly<Record<string, RegExp>> = {
  email: /^[^\s@]+@[^\s@]+$/,
  phoneNumber: /^\+[1-9]\d{1,14}$/,
  locale: /^[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*$/,
};

/**
 * Check the changes to a profile.
 *
 * @throws {TypeError} There are none, or a member is no text.
 * @throws {RangeError} A member has another form than it needs.
 */
function checkProfile(fields: ProfileUpdate): Record<string, string> {
  const entries: [string, unknown][] = Object.entries(fields ?? {})
    .filter(([, value]) => value !== undefined);
  const changes = entries.map(([name, value]): [string, string] => {
    if (typeof value !== "string") {
      throw new TypeError(`Expected ${name} as text`);
    }
    const form = FORMS[name];
    if (value === "" || !form || form.test(value)) return [name, value];
    throw new RangeError(`Cannot use ${name} "${value}": it has another form`);
  });
  if (changes.length === 0) throw new TypeError("Expected something to change");
  return Object.fromEntries(changes);
}
