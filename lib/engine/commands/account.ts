import { isRecord } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { requireUnbound } from "../access/permissions.ts";
import type { Core } from "../core.ts";
import type { Call, Reply } from "./call.ts";

/** What all variables of an engine begin with. */
const PREFIX = "ROCKETRIDE_";

/** The credential; it is no variable of pipelines and is told nobody. */
const CREDENTIAL = "ROCKETRIDE_APIKEY";

/** `rrext_account_me`: the part of it that is there without a cloud. */
export function accountMe(call: Call): Reply {
  switch (call.args.subcommand) {
    case "env_keys":
      return { keys: Object.keys(environment(call)) };
    case "get_env":
      return { env: environment(call) };
    case "set_env":
      return setEnvironment(call);
    default:
      return cloudOnly();
  }
}

/** The commands that manage accounts, apps and payments. */
export function cloudOnly(): never {
  throw new RocketRideException("Account management requires SaaS mode", {
    code: "not-supported",
  });
}

/** The variables. Whoever may start pipelines could read them anyway. */
function environment({ core, identity }: Call): Record<string, string> {
  requireUnbound(identity, "task.control");
  return visible(core);
}

/** Puts other variables in the place of all of them; tasks keep theirs. */
function setEnvironment({ core, identity, args }: Call): Reply {
  requireUnbound(identity, "task.control");
  const { env } = args;
  if (!isRecord(env)) throw new ValidationException("'env' must be an object");
  const entries = Object.entries(env).map(([name, value]): [string, string] => {
    if (!name.startsWith(PREFIX) || name === CREDENTIAL) {
      throw new ValidationException(
        `Environment variable '${name}' cannot be set: ` +
          `its name must begin with ${PREFIX} and not be ${CREDENTIAL}`,
      );
    }
    if (typeof value === "string") return [name, value];
    throw new ValidationException(
      `Environment variable '${name}' must be text`,
    );
  });
  core.env.values = Object.fromEntries(entries);
  return {};
}

function visible({ env }: Core): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env.values).filter(([name]) =>
      name.startsWith(PREFIX) && name !== CREDENTIAL
    ),
  );
}
