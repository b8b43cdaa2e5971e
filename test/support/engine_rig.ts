import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { NodeDefinition } from "../../lib/engine/node.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { type FakeClock, fakeClock } from "./fake_clock.ts";
import { type Body, type RawClient, rawInProcess } from "./raw_client.ts";
import { collector, entry } from "./test_nodes.ts";

/** An engine on a fake clock, and a client that has logged in to it. */
export interface EngineRig {
  readonly engine: Engine;
  readonly clock: FakeClock;
  readonly client: RawClient;
  /** Connect another client, with a key of its own. */
  connect(auth?: string): Promise<RawClient>;
  /** Start a pipeline; answers the body of `execute`. */
  start(pipeline: Pipeline, args?: object): Promise<Body>;
}

/** The data commands of one task. */
export interface DataPort {
  open(mimeType?: string, object?: object): Promise<number>;
  write(id: number, data: string | Uint8Array): Promise<Body>;
  close(id: number): Promise<Body>;
  /** Open, write each piece, close. */
  send(mimeType: string, ...data: (string | Uint8Array)[]): Promise<Body>;
}

/** The data commands of one task where they must fail; each answers why. */
export interface RefusalPort {
  open(args?: object): Promise<string>;
  write(id: unknown, data?: string | Uint8Array): Promise<string>;
  close(id: unknown): Promise<string>;
}

/**
 * Run a test against an engine with a source `entry`, a sink `response_all`
 * and whatever else is given; everything is closed afterwards.
 */
export async function withEngine(
  nodes: readonly NodeDefinition[],
  test: (rig: EngineRig) => Promise<void>,
  options: EngineOptions = {},
): Promise<void> {
  const clock = fakeClock();
  const engine = createEngine({
    clock,
    ...options,
    nodes: [entry(), collector(), ...nodes],
  });
  const clients: RawClient[] = [];

  async function connect(auth = "key"): Promise<RawClient> {
    const client = rawInProcess(engine);
    clients.push(client);
    await client.ok("auth", { auth });
    return client;
  }

  const client = await connect();
  const start = (pipeline: Pipeline, args: object = {}): Promise<Body> =>
    client.ok("execute", { pipeline, ...args });
  try {
    await test({ engine, clock, client, connect, start });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await engine.close();
  }
}

/** The data commands of the task of a token, over a client. */
export function dataPort(client: RawClient, token: string): DataPort {
  const port: DataPort = {
    async open(mimeType = "text/plain", object = {}): Promise<number> {
      const args = { subcommand: "open", object, mimeType, token };
      const { pipe_id } = await client.ok("rrext_process", args);
      return pipe_id;
    },
    write(id, data): Promise<Body> {
      const args = { subcommand: "write", pipe_id: id, token };
      return client.ok("rrext_process", args, toBytes(data));
    },
    close(id): Promise<Body> {
      const args = { subcommand: "close", pipe_id: id, token };
      return client.ok("rrext_process", args);
    },
    async send(mimeType, ...data): Promise<Body> {
      const id = await port.open(mimeType);
      for (const piece of data) await port.write(id, piece);
      return await port.close(id);
    },
  };
  return port;
}

/** The same where they must fail. */
export function refusalPort(client: RawClient, token: string): RefusalPort {
  const fails = (args: object, payload?: Uint8Array): Promise<string> =>
    client.fails("rrext_process", { ...args, token }, payload);
  return {
    open: (args = {}) =>
      fails({
        subcommand: "open",
        object: {},
        mimeType: "text/plain",
        ...args,
      }),
    write(id, data): Promise<string> {
      const payload = data === undefined ? data : toBytes(data);
      return fails({ subcommand: "write", pipe_id: id }, payload);
    },
    close: (id) => fails({ subcommand: "close", pipe_id: id }),
  };
}

function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
