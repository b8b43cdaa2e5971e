import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { type RawClient, rawSocket } from "./raw_client.ts";
import { collector, entry } from "./test_nodes.ts";
import { testServer } from "./test_server.ts";

/** An engine behind a server on a loopback port. */
export interface ServedEngine {
  readonly engine: Engine;
  /** The address of its HTTP server, without a path. */
  readonly origin: string;
  /** Open a socket without logging in. */
  dial(): Promise<RawClient>;
  /** Open a socket and log in. */
  connect(auth?: string): Promise<RawClient>;
}

/** Run a test against a served engine; everything is closed afterwards. */
export async function withServedEngine(
  options: EngineOptions,
  test: (served: ServedEngine) => Promise<void>,
): Promise<void> {
  const nodes = [entry(), collector(), ...(options.nodes ?? [])];
  const engine = createEngine({ ...options, nodes });
  const { origin, close } = testServer(engine);
  const clients: RawClient[] = [];

  async function dial(): Promise<RawClient> {
    const client = await rawSocket(
      `${origin.replace("http", "ws")}/task/service`,
    );
    clients.push(client);
    return client;
  }

  async function connect(auth = "key"): Promise<RawClient> {
    const client = await dial();
    await client.ok("auth", { auth });
    return client;
  }

  try {
    await test({ engine, origin, dial, connect });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await close();
  }
}
