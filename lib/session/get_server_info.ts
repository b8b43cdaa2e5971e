import type { ServerInfo } from "../../schema/account.ts";
import { call } from "./call.ts";
import { SessionCore } from "./core.ts";
import { resolveSettings } from "./_settings.ts";
import type { ConnectOptions } from "./connect_options.ts";

/** Options of {@linkcode getServerInfo}: those of `connect` that make sense. */
export type ServerInfoOptions = Pick<
  ConnectOptions,
  "uri" | "env" | "transport" | "clock" | "signal" | "timeout"
>;

/**
 * Ask an engine what it is, without logging in.
 *
 * Opens a line of its own, asks, and closes it. No credential is read or
 * sent. 1.0 engines do not know the question.
 *
 * @param options See {@linkcode ServerInfoOptions}.
 * @returns Version, capabilities and platform, as far as the engine tells.
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
  const { signal, timeout } = options;
  const settings = await resolveSettings({
    ...options,
    heartbeat: false,
    anonymous: true,
  });
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
