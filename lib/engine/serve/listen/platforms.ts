import { bunWebSocket } from "../upgrade.ts";
import type {
  BunServe,
  DenoServe,
  Listen,
  Listening,
  ListenOptions,
  Platform,
} from "./platform_types.ts";

/** How this platform listens; `undefined` where programs cannot. */
export function platformListener(): Listen | undefined {
  const { Deno, Bun, WebSocketPair, process } = globalThis as Platform;
  const serve = Deno?.serve;
  if (serve) return (options) => listenOnDeno(serve, options);
  const bunServe = Bun?.serve;
  if (bunServe) return (options) => listenOnBun(bunServe, options);
  // Workers have parts of Node, but no ports.
  if (WebSocketPair || !process?.versions?.node) return undefined;
  return async (options) => {
    const { listenOnNode } = await import("./node_server.ts");
    return await listenOnNode(options);
  };
}

function listenOnDeno(
  serve: DenoServe,
  { port, hostname, answer }: ListenOptions,
): Promise<Listening> {
  const abrupt = new AbortController();
  const { signal } = abrupt;
  const options = { port, hostname, signal, onListen: () => {} };
  const { addr, finished } = serve(options, answer);
  return Promise.resolve({
    hostname: addr.hostname,
    port: addr.port,
    close(): Promise<void> {
      abrupt.abort();
      return finished;
    },
  });
}

function listenOnBun(
  serve: BunServe,
  { port, hostname, answer }: ListenOptions,
): Promise<Listening> {
  const server = serve({
    port,
    hostname,
    fetch: answer,
    websocket: bunWebSocket,
    // Else a failure is answered with its place in the program.
    development: false,
    // No upload is too large or too slow.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    idleTimeout: 0,
  });
  return Promise.resolve({
    hostname: server.hostname,
    port: server.port,
    close: () => server.stop(true),
  });
}
