import { checkOptions } from "../../../check.ts";
import { type Clock, systemClock } from "../../../async.ts";
import { ValidationException } from "../../../errors.ts";
import type { Engine } from "../../engine.ts";
import type { Page } from "../fetch_handler.ts";
import { platformUpgrade } from "../upgrade.ts";
import { nodeUpgrades } from "./node_upgrades.ts";
import { OpenSockets } from "./open_sockets.ts";
import { bunWebSocket } from "../bun_web_socket.ts";
import type { PlatformServer, ServerRequest } from "./srvx.ts";

/** Options of {@linkcode serveEngine}. */
export interface ServeOptions {
  /**
   * The port to listen on, 0 to 65535; 0 takes one that is free.
   *
   * @default {0}
   */
  readonly port?: number;
  /**
   * The address to listen on. The default is for this machine alone;
   * `0.0.0.0` is for everybody who can reach it, and then wants
   * {@linkcode EngineOptions.auth}.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /**
   * Answers GET and HEAD requests for paths that are not the engine's, without
   * a login; so a program can serve its page beside its engine. `undefined`
   * leaves the request to the engine, which refuses it. A function that throws
   * or rejects is answered with HTTP 500.
   */
  readonly page?: Page;
}

/** An engine behind a port. */
export interface EngineServer {
  /** What `connect` wants, such as `http://127.0.0.1:5565`. */
  readonly uri: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Stop listening and end the sockets with code 1001; clients that do not
   * answer within a second, and HTTP requests under way, are cut off. The
   * engine itself goes on. Repeating it is harmless.
   */
  close(): Promise<void>;
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds for the clients to agree that it is over. */
const PATIENCE_MS = 1_000;

/** The platforms of which a program may listen on a port. */
const PLATFORMS = ["deno", "bun", "node"];

/**
 * Serve an engine on a port: its WebSocket and its HTTP routes, on Deno, Bun
 * and Node.
 *
 * A Worker has no port: there `engine.fetch` is the handler. In a browser
 * page there is `engine.transport()`.
 *
 * @param engine The engine; closing it is left to the caller.
 * @param options See {@linkcode ServeOptions}.
 * @returns The server, once it listens.
 * @throws {ValidationException} The platform has no ports.
 * @throws What the platform throws when the port is not to be had.
 *
 * @example An engine for other programs
 * ```ts
 * import { assert } from "@std/assert";
 * import { close, connect, ping } from "@rocketride/streams";
 * import { createEngine, serveEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const server = await serveEngine(engine);
 * const session = await connect({ uri: server.uri, auth: "any", env: {} });
 * assert(await ping(session) >= 0);
 * await close(session);
 * await server.close();
 * await engine.close();
 * ```
 */
export async function serveEngine(
  engine: Engine,
  options: ServeOptions = {},
): Promise<EngineServer> {
  if (typeof engine?.fetch !== "function") {
    throw new TypeError("Expected an engine made by createEngine()");
  }
  checkOptions(options, "serveEngine(engine, { port, hostname })", {
    page: "function",
    port: "number",
    hostname: "string",
  });
  const { port = 0, hostname = "127.0.0.1", page } = options;
  const clock = systemClock();
  const sockets = new OpenSockets();
  const { serve } = await (
    // @ts-types="./srvx.ts"
    import("srvx")
  );
  const abrupt = new AbortController();
  const server = serve({
    port,
    hostname,
    manual: true,
    silent: true,
    gracefulShutdown: false,
    // No upload is too large or too slow.
    bun: {
      // Else a failure is answered with its place in the program.
      development: false,
      websocket: bunWebSocket,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: 0,
    },
    deno: { signal: abrupt.signal },
    node: { requestTimeout: 0 },
    fetch: (request) => answer(engine, sockets, page, request),
  });
  if (!PLATFORMS.includes(server.runtime)) {
    throw new ValidationException("Cannot listen on this platform", {
      hint: "Use engine.fetch as its handler, or engine.transport()",
    });
  }
  const stop = await listen(engine, sockets, server, clock);
  const uri = addressOf(server.url ?? "");

  async function end(): Promise<void> {
    stop();
    await sockets.close(clock, PATIENCE_MS);
    abrupt.abort();
    await server.close(true);
  }

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => closed ??= end();
  return {
    uri,
    port: Number(new URL(uri).port || 80),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function answer(
  engine: Engine,
  sockets: OpenSockets,
  page: Page | undefined,
  request: ServerRequest,
): Response | Promise<Response> {
  const { ip: hostname = "", runtime } = request;
  const upgrade = platformUpgrade(runtime?.bun?.server);
  return engine.fetch(request, {
    remoteAddr: { hostname },
    page,
    ...(upgrade && { acceptWebSocket: sockets.keeping(upgrade) }),
  });
}

async function listen(
  engine: Engine,
  sockets: OpenSockets,
  server: PlatformServer,
  clock: Clock,
): Promise<() => void> {
  const node = server.node?.server;
  const stop = node && await nodeUpgrades(
    node,
    (request, { remoteAddr, acceptWebSocket }) =>
      engine.fetch(request, {
        remoteAddr,
        acceptWebSocket: sockets.keeping(acceptWebSocket),
      }),
    clock,
  );
  try {
    await server.serve();
  } catch (error) {
    stop?.();
    throw error;
  }
  return () => stop?.();
}

/** Who listens everywhere can be reached here. */
function addressOf(url: string): string {
  return url.replace("//0.0.0.0:", "//127.0.0.1:")
    .replace("//[::]:", "//[::1]:").replace(/\/$/, "");
}
