import { isRecord } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { requireUnbound } from "../access/permissions.ts";
import type { Call, Reply } from "./call.ts";

const PREFIX = "ROCKETRIDE_";

/** The credential; it is not a variable of pipelines and is never sent. */
const CREDENTIAL = "ROCKETRIDE_APIKEY";

/** `rrext_account_me`: the part of it that exists without a cloud. */
export function accountMe(call: Call): Reply {
  const { core, identity, args } = call;
  const { subcommand } = args;
  const isKnown = ["env_keys", "get_env", "set_env"].includes(`${subcommand}`);
  if (!isKnown) return onlyInCloud();
  // Who may start pipelines could read the variables anyway.
  requireUnbound(identity, "task.control");
  if (subcommand === "set_env") {
    core.env.values = readEnv(args.env);
    return {};
  }
  const env = Object.fromEntries(
    Object.entries(core.env.values).filter(([name]) => isVariable(name)),
  );
  return subcommand === "get_env" ? { env } : { keys: Object.keys(env) };
}

/** The commands that manage accounts, apps and payments. */
export function onlyInCloud(): never {
  throw new RocketRideException("Account management requires SaaS mode", {
    code: "not-supported",
  });
}

function isVariable(name: string): boolean {
  return name.startsWith(PREFIX) && name !== CREDENTIAL;
}

function readEnv(env: unknown): Readonly<Record<string, string>> {
  if (!isRecord(env)) throw new ValidationException("'env' must be an object");
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => {
      if (!isVariable(name)) {
        throw new ValidationException(
          `Environment variable '${name}' cannot be set: ` +
            `its name must begin with ${PREFIX} and not be ${CREDENTIAL}`,
        );
      }
      if (typeof value === "string") return [name, value];
      throw new ValidationException(
        `Environment variable '${name}' must be text`,
      );
    }),
  );
}
