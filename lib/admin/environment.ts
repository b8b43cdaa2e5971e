import { checkOptions, type OptionNames } from "../check.ts";
import { isRecord } from "../../schema/json.ts";
import { given, requireText, unreadable } from "./answers.ts";
import { call, checkCallOptions } from "../session/call.ts";
import type { CallOptions, Session } from "../session/session.ts";

const ENV_NAMES: OptionNames<EnvOptions> = { id: 1, signal: 1, timeout: 1 };

/** Options of {@linkcode getEnv} and {@linkcode setEnv}. */
export interface EnvOptions extends CallOptions {
  /**
   * The id of the organization or the team.
   *
   * @default {the account's own}
   */
  readonly id?: string | undefined;
}

/**
 * Return the variables that the engine puts into pipelines, in place of
 * `${ROCKETRIDE_…}`.
 *
 * Open-source servers have only the scope `user`, and one set for all users.
 *
 * @param session A session from {@linkcode connect}.
 * @param scope Whose variables.
 * @param options See {@linkcode EnvOptions}.
 * @returns Values by name. They may be secret.
 * @throws {TypeError} The scope is unknown, or the id is blank. Nothing was
 * sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { getEnv } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine({ env: { ROCKETRIDE_MODEL: "small" } });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * assertEquals(await getEnv(session, "user"), { ROCKETRIDE_MODEL: "small" });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getEnv(
  session: Session,
  scope: EnvScope,
  options: EnvOptions = {},
): Promise<Readonly<Record<string, string>>> {
  checkOptions(options, "getEnv(session, scope, { id })", ENV_NAMES);
  const { id, ...waiting } = options;
  const { command, args } = envAddress(scope, id);
  const body = await call(
    session,
    command,
    { subcommand: "get_env", ...args },
    waiting,
  );
  const { env } = body;
  const isEnv = isRecord(env) &&
    Object.values(env).every((value) => typeof value === "string");
  if (isEnv) return env as Record<string, string>;
  throw unreadable("variables");
}

/**
 * Replace the variables that the engine puts into pipelines.
 *
 * Variables that are not in `env` are removed. An open-source server has one
 * set for all users, replaces every `ROCKETRIDE_` variable of its process, and
 * rewrites its `.env`. Running tasks keep the values of their start.
 *
 * @param session A session from {@linkcode connect}.
 * @param scope Whose variables.
 * @param env Values by name.
 * @param options See {@linkcode EnvOptions}.
 * @throws {TypeError} The scope is unknown, the id is blank, or a value is no
 * text. Nothing was sent.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { getEnv, setEnv } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine({ env: { ROCKETRIDE_OLD: "1" } });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await setEnv(session, "user", { ROCKETRIDE_MODEL: "large" });
 * assertEquals(await getEnv(session, "user"), { ROCKETRIDE_MODEL: "large" });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function setEnv(
  session: Session,
  scope: EnvScope,
  env: Readonly<Record<string, string>>,
  options: EnvOptions = {},
): Promise<void> {
  checkOptions(options, "setEnv(session, scope, env, { id })", ENV_NAMES);
  const { id, ...waiting } = options;
  const { command, args } = envAddress(scope, id);
  if (!isRecord(env)) throw new TypeError("Expected env as a record");
  for (const [name, value] of Object.entries<unknown>(env)) {
    requireText("names of variables", name);
    // The value may be secret, so the message has only its name.
    if (typeof value !== "string") {
      throw new TypeError(`Expected ${name} as text`);
    }
  }
  const sent = { subcommand: "set_env", ...args, env: { ...env } };
  await call(session, command, sent, waiting);
}

/**
 * List the names of the variables that the engine puts into pipelines.
 *
 * Open-source servers have this, too.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns The names, without their values.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { getEnvironmentKeys } from "@rocketride/streams/admin";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine({ env: { ROCKETRIDE_MODEL: "small" } });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * assertEquals(await getEnvironmentKeys(session), ["ROCKETRIDE_MODEL"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function getEnvironmentKeys(
  session: Session,
  options: CallOptions = {},
): Promise<readonly string[]> {
  checkCallOptions(options, "getEnvironmentKeys(session, { timeout })");
  const args = { subcommand: "env_keys" };
  const { keys } = await call(session, "rrext_account_me", args, options);
  if (Array.isArray(keys) && keys.every((key) => typeof key === "string")) {
    return keys;
  }
  throw unreadable("a list of names");
}

/** Whose variables are meant: the user's, a team's, or an organization's. */
export type EnvScope = "user" | "team" | "org";

/** The command for the variables of a scope, and its arguments. */
interface EnvAddress {
  readonly command: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/**
 * Find out where the variables of a scope are.
 *
 * @throws {TypeError} The scope is unknown, or the id is blank.
 */
function envAddress(
  scope: EnvScope,
  id: string | undefined,
): EnvAddress {
  const checked = id === undefined ? undefined : requireText("id", id);
  switch (scope) {
    case "user":
      if (checked === undefined) {
        return { command: "rrext_account_me", args: {} };
      }
      throw new TypeError("A user's own variables have no id");
    case "team":
      return {
        command: "rrext_account_teams",
        args: given({ teamId: checked }),
      };
    case "org":
      return { command: "rrext_account_org", args: given({ orgId: checked }) };
    default:
      throw new TypeError(
        `Cannot use scope "${scope}": expected user, team or org`,
      );
  }
}
