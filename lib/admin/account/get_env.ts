import { isRecord } from "../../../schema/json.ts";
import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { unreadable } from "../_read_answer.ts";
import { envAddress, type EnvScope } from "./env_address.ts";

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
 * Open-source servers have those of the scope `user` alone, and keep one set
 * for everybody.
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
  const { command, args } = envAddress(scope, options.id);
  const body = await call(
    session,
    command,
    { subcommand: "get_env", ...args },
    options,
  );
  const { env } = body;
  const isEnv = isRecord(env) &&
    Object.values(env).every((value) => typeof value === "string");
  if (isEnv) return env as Record<string, string>;
  throw unreadable("variables");
}
