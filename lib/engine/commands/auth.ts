import { AuthenticationException } from "../../errors.ts";
import { authenticate, type Login } from "../access/authenticate.ts";
import type { ClientInfo } from "../dashboard/dashboard.ts";
import { isName } from "../pipeline/component.ts";
import { messageOf } from "../run/failure.ts";
import type { Call, OpenCall, Reply } from "./call.ts";

const MAX_ATTEMPTS = 5;
/** What a client calls itself is kept, and told to everybody who watches. */
const MOST_CHARACTERS = 256;

/** `auth`: who is calling. A refusal ends the connection. */
export function auth(call: OpenCall): Reply {
  const { core, caller, args } = call;
  try {
    const login = check(call);
    caller.login(login.identity, readClient(args));
    return login.result;
  } catch (error) {
    core.dashboard.authFailed(caller, messageOf(error));
    throw error;
  }
}

/** `deauth`: forget who is calling; the connection stays. */
export function deauth({ caller }: Call): Reply {
  caller.logout();
  return {};
}

function check({ core, caller, args }: OpenCall): Login {
  // A login that succeeds counts as well, as on a server.
  if (caller.countAttempt() > MAX_ATTEMPTS) {
    throw new AuthenticationException("Too many authentication attempts");
  }
  return authenticate(core, args.auth, caller.inProcess);
}

/** What the client calls itself; 1.0 clients do not say. */
function readClient(
  { clientName, clientVersion }: OpenCall["args"],
): ClientInfo {
  return {
    ...(isName(clientName) && { name: clientName.slice(0, MOST_CHARACTERS) }),
    ...(isName(clientVersion) && {
      version: clientVersion.slice(0, MOST_CHARACTERS),
    }),
  };
}
