import type { ConnectOptions } from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";

/** An engine on a loopback port, and how to connect to it. */
export interface LocalEngine {
  /** What `connect` needs. */
  readonly options: ConnectOptions;
  /** Stop it. */
  close(): Promise<void>;
}

/** Start an embedded engine on a free loopback port. */
export async function localEngine(): Promise<LocalEngine> {
  const engine = createEngine();
  const server = await serveEngine(engine);
  return {
    options: { uri: server.uri.replace("http", "ws"), auth: "demo" },
    async close(): Promise<void> {
      await engine.close();
      await server.close();
    },
  };
}
