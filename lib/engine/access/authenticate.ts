import type { ConnectResult } from "../../../schema/account.ts";
import { AuthenticationException } from "../../errors.ts";
import type { Core } from "../core.ts";
import { ALL_PERMISSIONS, type Identity } from "./identity.ts";

/** A successful login. */
export interface Login {
  /** Who came. */
  readonly identity: Identity;
  /** The body that answers `auth` (protocol §4.1). */
  readonly result: ConnectResult;
}

/**
 * Find out who a credential belongs to (protocol §4.2).
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
  const { auth, userId } = core.settings;
  if (credential !== "" && auth && !auth.includes(credential)) {
    throw new AuthenticationException("Invalid API key");
  }
  const permissions = new Set(ALL_PERMISSIONS);
  return {
    identity: { userId, task: undefined, permissions },
    result: {
      ...account(userId, credential),
      organizations: [{
        id: "local",
        name: "Local",
        permissions: ["org.admin"],
        teams: [{ id: "local", name: "Local", permissions: ALL_PERMISSIONS }],
      }],
      capabilities: ["oss"],
    },
  };
}

/** A task key binds the connection to its task (protocol §12.1 S18). */
function taskLogin(core: Core, credential: string): Login {
  const { tasks, settings } = core;
  const isPrivate = credential.startsWith("tk_");
  const task = isPrivate ? tasks.get(credential) : tasks.findPublic(credential);
  if (!task?.active) throw new AuthenticationException("Bad request");
  return {
    identity: {
      userId: settings.userId,
      task: task.spec.token,
      permissions: new Set(isPrivate ? ALL_PERMISSIONS : ["task.data"]),
    },
    result: {
      ...account(settings.userId, credential),
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
