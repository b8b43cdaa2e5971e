import type { ConnectResult, OrgInfo } from "../../../schema/account.ts";
import { AuthenticationException } from "../../errors.ts";
import type { Core } from "../core.ts";
import { ALL_PERMISSIONS, type Identity } from "./permissions.ts";

/** A successful login. */
export interface Login {
  /** Who came. */
  readonly identity: Identity;
  /** The body that answers `auth`. */
  readonly result: ConnectResult;
}

/**
 * Find out who a credential belongs to.
 *
 * @param core The engine.
 * @param given The credential; a leading `Bearer ` does not count.
 * @param inProcess Whether it came from the engine's own process, where none
 * is needed: whoever holds the engine may use it.
 * @throws {AuthenticationException} The credential is refused.
 */
export function authenticate(
  core: Core,
  given: unknown,
  inProcess: boolean,
): Login {
  const credential = typeof given === "string"
    ? given.replace(/^Bearer /, "").trim()
    : "";
  if (credential === "" && !inProcess) {
    throw new AuthenticationException("No authorization provided");
  }
  if (/^(tk|pk)_/.test(credential)) return taskLogin(core, credential);
  const identity = identityOf(core, credential);
  return {
    identity,
    result: {
      ...account(identity.userId, credential),
      organizations: [organization(identity)],
      capabilities: ["oss"],
    },
  };
}

/** Who has an API key; without one, or without a list, anybody may do all. */
function identityOf({ settings }: Core, credential: string): Identity {
  const { auth, userId } = settings;
  if (credential === "" || !auth) {
    const permissions = new Set(ALL_PERMISSIONS);
    return { userId, task: undefined, permissions };
  }
  const identity = auth.get(credential);
  if (!identity) throw new AuthenticationException("Invalid API key");
  return identity;
}

/** Everybody is in one team of one organization. */
function organization({ permissions }: Identity): OrgInfo {
  const all = permissions.size === ALL_PERMISSIONS.length;
  const team = { id: "local", name: "Local", permissions: [...permissions] };
  return {
    id: "local",
    name: "Local",
    permissions: all ? ["org.admin"] : [],
    teams: [team],
  };
}

/** A task key binds the connection to its task. */
function taskLogin({ tasks }: Core, credential: string): Login {
  const found = tasks.findByKey(credential);
  if (!found) throw new AuthenticationException("Bad request");
  const { userId, token } = found.task.spec;
  return {
    identity: { userId, task: token, permissions: found.rights },
    result: {
      ...account(userId, credential),
      organizations: [],
      capabilities: [],
    },
  };
}

function account(userId: string, credential: string): ConnectResult {
  return {
    userToken: credential,
    userId,
    displayName: userId,
    givenName: "",
    familyName: "",
    preferredUsername: userId,
    email: "",
    emailVerified: false,
    phoneNumber: "",
    phoneNumberVerified: false,
    locale: "",
    defaultTeam: "local",
    apps: [],
  };
}
