import type { CallOptions, Session } from "../../session/session.ts";
import { call } from "../../session/call.ts";
import { unreadable } from "../_read_answer.ts";

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
  const args = { subcommand: "env_keys" };
  const { keys } = await call(session, "rrext_account_me", args, options);
  if (Array.isArray(keys) && keys.every((key) => typeof key === "string")) {
    return keys;
  }
  throw unreadable("a list of names");
}
