import { ignore } from "../async.ts";
import { call, checkCallOptions } from "./call.ts";
import { coreOf, type SessionCore } from "./core.ts";
import type { CallOptions, Session } from "./session.ts";

/** The names of sessions that have given one, for the next connection. */
const names = new WeakMap<SessionCore, string>();

/**
 * Tell the engine what the program calls itself by now, for people who look at
 * its dashboard. The name of the start is `module` of {@linkcode connect}.
 *
 * After a reconnect it is sent again. Servers from 1.3 on take it; older ones
 * refuse (`unknown-command`).
 *
 * @param session A session from {@linkcode connect}.
 * @param name The name.
 * @param options See {@linkcode CallOptions}.
 * @throws {TypeError} The name is blank. Nothing was sent.
 * @throws {RocketRideException} The engine refused.
 * @throws What {@linkcode request} throws.
 */
export async function identify(
  session: Session,
  name: string,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "identify(session, name, { timeout })");
  if (typeof name !== "string" || name.trim() === "") {
    throw new TypeError("Expected a name that is not blank");
  }
  const core = coreOf(session);
  await call(core, "rrext_identify", { clientName: name }, options);
  const isFirst = !names.has(core);
  names.set(core, name);
  if (!isFirst) return;
  core.restorers.add(async (signal) => {
    const clientName = names.get(core);
    await call(core, "rrext_identify", { clientName }, { signal }).catch(
      ignore,
    );
  });
}
