import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import type { ConnectOptions } from "../../lib/session/connect_options.ts";

/** A test against an engine; `connectOptions` is what `connect` needs. */
export type EngineTest = (
  connectOptions: ConnectOptions,
  engine: Engine,
) => Promise<void>;

interface Way {
  readonly name: string;
  run(engine: Engine, test: EngineTest): Promise<void>;
}

const WAYS: readonly Way[] = [
  { name: "in memory", run: inMemory },
  { name: "over a socket", run: overSocket },
];

/**
 * Register a test of that name once for each way to reach an engine.
 *
 * Each run has an engine of its own, which is closed afterwards.
 */
export function forEachTransport(
  name: string,
  test: EngineTest,
  options: EngineOptions = {},
): void {
  for (const way of WAYS) {
    Deno.test(`${name} (${way.name})`, async () => {
      const engine = createEngine(options);
      try {
        await way.run(engine, test);
      } finally {
        await engine.close();
      }
    });
  }
}

async function inMemory(engine: Engine, test: EngineTest): Promise<void> {
  await test({ transport: engine.transport(), auth: "key", env: {} }, engine);
}

async function overSocket(engine: Engine, test: EngineTest): Promise<void> {
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, engine.fetch);
  const uri = `http://127.0.0.1:${server.addr.port}`;
  try {
    await test({ uri, auth: "key", env: {} }, engine);
  } finally {
    await engine.close();
    await server.shutdown();
  }
}
