import type { Engine } from "../../lib/engine/engine.ts";
import { chosenPeer, peerBefore } from "./chosen_peer.ts";

/** A server on a loopback port that tests talk to. */
export interface TestServer {
  /** Its address, without a path. */
  readonly origin: string;
  /** The engine; to close it closes a peer that is in front of it, too. */
  readonly engine: Engine;
  /** End it and its engine. */
  close(): Promise<void>;
}

/**
 * Serve an engine: as it is or, where the environment chooses that, behind a
 * front that behaves like a real server.
 */
export function testServer(engine: Engine): TestServer {
  const chosen = chosenPeer();
  if (chosen) {
    const { origin, close } = peerBefore(engine, chosen);
    const transport = (): never => {
      throw new Error("A real server is reached over the network alone");
    };
    return { origin, close, engine: { ...engine, close, transport } };
  }
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, engine.fetch);
  return {
    engine,
    origin: `http://127.0.0.1:${server.addr.port}`,
    async close(): Promise<void> {
      await engine.close();
      await server.shutdown();
    },
  };
}
