import type { ConnectResult, OrgInfo } from "../../../schema/account.ts";
import { AuthenticationException } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import { ALL_PERMISSIONS, type Identity } from "../access/permissions.ts";
import { TEAM } from "../access/scope.ts";
import type { ClientInfo } from "../dashboard/dashboard.ts";
import { messageOf } from "../run/failure.ts";
import type { Call, OpenCall, Reply } from "./call.ts";

const MAX_ATTEMPTS = 5;
/** The name of a client is kept, and sent to the watchers of the engine. */
const MAX_CHARACTERS = 256;

/** `auth`: log in. A refusal closes the connection. */
export function auth(call: OpenCall): Reply {
  const { core, caller, args } = call;
  try {
    // A login that succeeds counts as well, as on a server.
    if (caller.countAttempt() > MAX_ATTEMPTS) {
      throw new AuthenticationException("Too many authentication attempts");
    }
    const [identity, result] = authenticate(call);
    caller.login(identity, {
      ...clientMember("name", args.clientName),
      ...clientMember("version", args.clientVersion),
    });
    return result;
  } catch (error) {
    core.dashboard.authFailed(caller, messageOf(error));
    throw error;
  }
}

/** `deauth`: log out; the connection stays. */
export function deauth({ caller }: Call): Reply {
  caller.logout();
  return {};
}

/** `rrext_identify`: the client has another name. */
export function identify({ core, caller, args }: Call): Reply {
  const { name = "" } = clientMember("name", args.appName || args.clientName);
  core.dashboard.renamed(caller, name);
  return { appName: name };
}

/** What a client tells about itself; clients of 1.0 tell nothing. */
function clientMember(name: keyof ClientInfo, value: unknown): ClientInfo {
  if (typeof value !== "string" || value === "") return {};
  return { [name]: value.slice(0, MAX_CHARACTERS) };
}

/**
 * Find out whose credential the argument `auth` is, without its `Bearer `. In
 * process none is needed.
 */
function authenticate(
  { core, caller, args }: OpenCall,
): [identity: Identity, result: ConnectResult] {
  const credential = typeof args.auth === "string"
    ? args.auth.replace(/^Bearer /, "").trim()
    : "";
  if (credential === "" && !caller.inProcess) {
    throw new AuthenticationException("No authorization provided");
  }
  const isTaskKey = /^(tk|pk)_/.test(credential);
  const identity = isTaskKey
    ? taskIdentity(core, credential)
    : identityOf(core, credential);
  const { userId } = identity;
  return [identity, {
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
    // Newer clients read other names.
    defaultTeam: TEAM,
    devTeam: TEAM,
    apps: [],
    organizations: isTaskKey ? [] : [organization(identity)],
    organization: isTaskKey ? null : organization(identity),
    sysPermissions: [],
    credits: {},
    waitlisted: false,
    serverVersion: VERSION,
    capabilities: isTaskKey ? [] : ["oss"],
  }];
}

/** Without an API key, or without a list of them, everything is allowed. */
function identityOf(
  { settings: { auth, userId } }: OpenCall["core"],
  credential: string,
): Identity {
  if (credential === "" || !auth) {
    const permissions = new Set(ALL_PERMISSIONS);
    return { userId, task: undefined, permissions };
  }
  const identity = auth.get(credential);
  if (!identity) throw new AuthenticationException("Invalid API key");
  return identity;
}

/** The key of a task binds the connection to it. */
function taskIdentity(
  { tasks }: OpenCall["core"],
  credential: string,
): Identity {
  const found = tasks.findByKey(credential);
  if (!found) throw new AuthenticationException("Bad request");
  const { userId, token } = found.task.spec;
  return { userId, task: token, permissions: found.rights };
}

/** All users are in one team of one organization. */
function organization({ permissions }: Identity): OrgInfo {
  const all = permissions.size === ALL_PERMISSIONS.length;
  const team = { id: TEAM, name: "Local", permissions: [...permissions] };
  return {
    id: TEAM,
    name: "Local",
    // Only the cloud has registered developers of apps.
    developerId: null,
    permissions: all ? ["org.admin"] : [],
    teams: [team],
  };
}
