import { isRecord } from "../../../schema/json.ts";
import type { Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { requireText } from "../_require_text.ts";
import { envAddress, type EnvScope } from "./env_address.ts";
import type { EnvOptions } from "./get_env.ts";

/**
 * Replace the variables that the engine puts into pipelines.
 *
 * All of them: what is not in `env` is gone. An open-source server keeps one
 * set for everybody, replaces every `ROCKETRIDE_` variable of its process, and
 * writes its `.env` anew. Tasks that run keep what they were started with.
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
  const { command, args } = envAddress(scope, options.id);
  if (!isRecord(env)) throw new TypeError("Expected env as a record");
  for (const [name, value] of Object.entries<unknown>(env)) {
    requireText("names of variables", name);
    // The value may be secret, so that only its name is told.
    if (typeof value !== "string") {
      throw new TypeError(`Expected ${name} as text`);
    }
  }
  const sent = { subcommand: "set_env", ...args, env: { ...env } };
  await call(session, command, sent, options);
}
