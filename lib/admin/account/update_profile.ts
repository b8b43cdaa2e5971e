import type { ProfileUpdate } from "../../../schema/profile.ts";
import { checkProfile } from "./_check_profile.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { cloudCall } from "../_cloud_call.ts";

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
  const changes = checkProfile(fields);
  await cloudCall(session, "rrext_account_me", "update", changes, options);
}
