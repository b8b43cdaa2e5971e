import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { httpTransport } from "../../lib/transport/http.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { chosenPeer, peerBefore } from "./chosen_peer.ts";
import type { FaithfulPeer } from "./faithful_peer/faithful_peer.ts";
import type { Generation } from "./faithful_peer/generation.ts";

/** A test against a peer; `options` is what `connect` needs. */
export type PeerTest = (
  options: ConnectOptions,
  peer: FaithfulPeer,
) => Promise<void>;

/** What the peer of a test is like. */
export interface RealServerOptions extends EngineOptions {
  /**
   * Which servers it behaves like.
   *
   * @default {"1.1"}
   */
  readonly generation?: Generation;
}

/**
 * Register a test of what users see on real servers, over a socket.
 *
 * It is part of the runs against the faithful peer, and of those alone.
 */
export function forRealServer(
  name: string,
  test: PeerTest,
  options: RealServerOptions = {},
): void {
  register(`${name} (over a socket)`, test, options, {});
}

/** The same over a socket and over HTTP. */
export function forRealServerEachWay(
  name: string,
  test: PeerTest,
  options: RealServerOptions = {},
): void {
  forRealServer(name, test, options);
  forRealServerOverHttp(name, test, options);
}

/** The same over HTTP alone. */
export function forRealServerOverHttp(
  name: string,
  test: PeerTest,
  options: RealServerOptions = {},
): void {
  const transport = httpTransport();
  register(`${name} (over HTTP)`, test, options, { transport });
}

function register(
  title: string,
  test: PeerTest,
  { generation = "1.1", ...engineOptions }: RealServerOptions,
  transport: Pick<ConnectOptions, "transport">,
): void {
  const chosen = chosenPeer();
  if (!chosen) return;
  const { seed } = chosen;
  Deno.test(title, async () => {
    const engine = createEngine(engineOptions);
    await using peer = peerBefore(engine, { seed, generation });
    const { origin: uri } = peer;
    await test({ uri, auth: "key", env: {}, ...transport }, peer);
  });
}
