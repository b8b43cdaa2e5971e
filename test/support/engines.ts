import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { httpTransport } from "../../lib/transport/http.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import { chosenPeer } from "./chosen_peer.ts";
import { testServer } from "./test_server.ts";

/** A test against an engine; `connectOptions` is what `connect` needs. */
export type EngineTest = (
  connectOptions: ConnectOptions,
  engine: Engine,
) => Promise<void>;

interface Way {
  readonly name: string;
  run(engine: Engine, test: EngineTest): Promise<void>;
}

/** A peer that is no engine is on the network. */
const WAYS: readonly Way[] = [
  ...(chosenPeer() ? [] : [{ name: "in memory", run: inMemory }]),
  { name: "over a socket", run: overSocket },
];

const EVERY_WAY: readonly Way[] = [
  ...WAYS,
  { name: "over HTTP", run: overHttp },
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
  register(WAYS, name, test, options);
}

/** The same for tests of what HTTP can carry, too. */
export function forEveryTransport(
  name: string,
  test: EngineTest,
  options: EngineOptions = {},
): void {
  register(EVERY_WAY, name, test, options);
}

function register(
  ways: readonly Way[],
  name: string,
  test: EngineTest,
  options: EngineOptions,
): void {
  for (const way of ways) {
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

function overSocket(engine: Engine, test: EngineTest): Promise<void> {
  return served(engine, (uri, it) => test({ uri, auth: "key", env: {} }, it));
}

function overHttp(engine: Engine, test: EngineTest): Promise<void> {
  const transport = httpTransport();
  return served(
    engine,
    (uri, it) => test({ uri, auth: "key", env: {}, transport }, it),
  );
}

async function served(
  engine: Engine,
  test: (uri: string, engine: Engine) => Promise<void>,
): Promise<void> {
  const server = testServer(engine);
  try {
    await test(server.origin, server.engine);
  } finally {
    await server.close();
  }
}
