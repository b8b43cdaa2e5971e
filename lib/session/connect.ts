import { checkOptions } from "../_options.ts";
import { SessionCore } from "./core.ts";
import { handleOf } from "./_handle.ts";
import { lifecycleCallbacks } from "./_observe.ts";
import { oneByOne } from "./_one_by_one.ts";
import { resolveSettings } from "./_settings.ts";
import type { ConnectOptions } from "./connect_options.ts";
import type { Session } from "./session.ts";

/**
 * Connect to an engine and log in.
 *
 * The promise resolves when the engine has accepted the credential; with
 * `persist` it waits for an engine that is not there yet. Both
 * server generations are understood. A failure leaves nothing open.
 *
 * @param options See {@linkcode ConnectOptions}; every one may be left out.
 * @returns The session that every other function takes.
 * @throws {ValidationException} The address is not one, or a credential is
 * missing or would travel unencrypted. Nothing was sent.
 * @throws {TypeError} The options, the credential or the transport are of
 * another type.
 * @throws {AuthenticationException} The engine refused the credential; final.
 * @throws {ConnectionException} The engine cannot be reached, or hung up.
 * @throws {TimeoutException} It did not answer in time.
 * @throws What the `auth` function throws.
 * @throws The signal's reason, if aborted.
 *
 * @example Against the embedded engine, in process
 * ```ts
 * import { assert } from "@std/assert";
 * import { close, connect, ping } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * assert(await ping(session) >= 0);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function connect(options: ConnectOptions = {}): Promise<Session> {
  // Else the credential would go to wherever the default leads.
  checkOptions(options, "connect({ uri, auth })", { url: "uri" });
  const { signal, timeout, onEvent } = options;
  signal?.throwIfAborted();
  const core = new SessionCore(await resolveSettings(options));
  if (onEvent) {
    const tell = oneByOne(onEvent);
    core.listeners.add((event) => tell(event));
  }
  const observer = lifecycleCallbacks(options);
  if (observer) core.observers.add(observer);
  await core.open({ signal, timeout });
  return handleOf(core, () => core.close());
}
