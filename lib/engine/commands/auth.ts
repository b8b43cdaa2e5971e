import { AuthenticationException } from "../../errors.ts";
import { authenticate } from "../access/authenticate.ts";
import type { Call, OpenCall, Reply } from "./call.ts";

const MAX_ATTEMPTS = 5;

/** `auth`: who is calling. A refusal ends the connection (protocol §4.1). */
export function auth({ core, caller, args }: OpenCall): Reply {
  // A login that succeeds counts as well, as on a server.
  if (caller.countAttempt() > MAX_ATTEMPTS) {
    throw new AuthenticationException("Too many authentication attempts");
  }
  const login = authenticate(core, args.auth, caller.inProcess);
  caller.login(login.identity);
  return login.result;
}

/** `deauth`: forget who is calling; the connection stays (protocol §4.4). */
export function deauth({ caller }: Call): Reply {
  caller.logout();
  return {};
}
