import type { ConnectOptions } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

/** An engine on a loopback port, and how to connect to it. */
export interface LocalEngine {
  /** What `connect` needs. */
  readonly options: ConnectOptions;
  /** Stop serving. */
  close(): Promise<void>;
}

/** Serve the embedded engine on a free loopback port. */
export function serveEngine(): LocalEngine {
  const engine = createEngine();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    handler: engine.fetch,
    onListen(): void {},
  });
  const uri = `ws://127.0.0.1:${server.addr.port}`;
  return {
    options: { uri, auth: "demo" },
    async close(): Promise<void> {
      await engine.close();
      await server.shutdown();
    },
  };
}
