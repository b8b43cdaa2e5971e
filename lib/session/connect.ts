import type { ServerInfo } from "../../schema/account.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { inSequence } from "../bounded_queue.ts";
import { call } from "./call.ts";
import { SessionCore } from "./core.ts";
import { handleOf } from "./handle.ts";
import type { ConnectOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { lifecycleObserver, resolveSettings } from "./settings.ts";

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
 * @throws {ConnectionException} The engine cannot be reached, or closed the
 * connection.
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
  const core = new SessionCore(await resolveSettings(options));
  const { onEvent, signal, timeout } = options;
  if (onEvent) {
    const notify = inSequence(onEvent);
    core.listeners.add((event) => notify(event as TypedEvent));
  }
  core.observers.add(lifecycleObserver(options));
  await core.open({ signal, timeout });
  return handleOf(core);
}

/** Options of {@linkcode getServerInfo}: those of `connect` that make sense. */
export type ServerInfoOptions = Pick<
  ConnectOptions,
  "uri" | "env" | "transport" | "clock" | "signal" | "timeout"
>;

/**
 * Ask an engine what it is, without logging in.
 *
 * Opens a connection for this request and closes it. No credential
 * is read or sent. 1.0 engines do not know the question.
 *
 * @param options See {@linkcode ServerInfoOptions}.
 * @returns Version, capabilities and platform, as far as the engine sends them.
 * @throws {RocketRideException} The engine does not know the question.
 * @throws {ConnectionException} It cannot be reached.
 * @throws {TimeoutException} It did not answer in time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getServerInfo } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const info = await getServerInfo({ transport: engine.transport() });
 * assertEquals(typeof info.version, "string");
 * await engine.close();
 * ```
 */
export async function getServerInfo(
  options: ServerInfoOptions = {},
): Promise<ServerInfo> {
  // The options of `connect` may be passed on as they are.
  const settings = await resolveSettings(
    options,
    "getServerInfo({ uri })",
    true,
  );
  const { signal, timeout } = options;
  const core = new SessionCore(settings);
  await core.open({ signal, timeout, login: false });
  try {
    const body = await call(core, "rrext_public_probe", {}, {
      signal,
      timeout: settings.connectTimeout,
    });
    return body as unknown as ServerInfo;
  } finally {
    await core.close();
  }
}
