import { type Clock, deferred, systemClock, within } from "../../../async.ts";
import { checkOptions } from "../../../check.ts";
import { ValidationException } from "../../../errors.ts";
import { addressOf } from "../../access/admission.ts";
import type { Engine } from "../../engine.ts";
import type { Upgrade } from "../../settings.ts";
import type { FetchInfo } from "../fetch_handler.ts";
import type { Page } from "../http/route.ts";
import { closeSocket } from "../socket.ts";
import { platformUpgrade } from "../upgrade.ts";
import { platformListener } from "./platforms.ts";

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
   * `0.0.0.0` accepts connections from other machines, and then needs
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
  /** The option `uri` of `connect`, such as `http://127.0.0.1:5565`. */
  readonly uri: string;
  /** The port that it listens on. */
  readonly port: number;
  /**
   * Stop listening and close the sockets with code 1001; clients that do not
   * answer within a second, and HTTP requests under way, are cut off. The
   * engine itself goes on. Repeating it is harmless.
   */
  close(): Promise<void>;
  /** The same as `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Milliseconds for the clients to answer the closing of their sockets. */
const CLOSE_MS = 1_000;

/**
 * Serve an engine on a port: its WebSocket and its HTTP routes, on Deno, Bun
 * and Node. On Deno it needs the permission `--allow-net` alone.
 *
 * A Worker has no port: there `engine.fetch` is the handler. In a browser
 * page there is `engine.transport()`.
 *
 * @param engine The engine; closing it is left to the caller.
 * @param options See {@linkcode ServeOptions}.
 * @returns The server, once it listens.
 * @throws {ValidationException} The platform has no ports.
 * @throws What the platform throws when the port cannot be used.
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
  const listen = platformListener();
  if (!listen) {
    throw new ValidationException("Cannot listen on this platform", {
      hint: "Use engine.fetch as its handler, or engine.transport()",
    });
  }
  const clock = systemClock();
  const sockets = new OpenSockets();

  function answer(
    request: Request,
    info: unknown,
  ): Response | Promise<Response> {
    const upgrade = (info as FetchInfo).acceptWebSocket ??
      platformUpgrade(info);
    return engine.fetch(request, {
      remoteAddr: { hostname: addressOf(request, info) },
      page,
      ...(upgrade && { acceptWebSocket: sockets.keeping(upgrade) }),
    });
  }

  const server = await listen({ port, hostname, clock, answer });

  async function end(): Promise<void> {
    await sockets.close(clock);
    await server.close();
  }

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => closed ??= end();
  return {
    uri: `http://${reachable(server.hostname)}:${server.port}`,
    port: server.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A name by which a server on this machine can be reached. */
function reachable(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::") return "[::1]";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

const CLOSED = 3;

/** The sockets of a server. */
class OpenSockets {
  readonly #open: Map<WebSocket, Promise<void>> = new Map();

  /** The same function, whose sockets are remembered while they are open. */
  keeping(upgrade: Upgrade): Upgrade {
    return (request) => {
      const accepted = upgrade(request);
      this.#keep(accepted.socket);
      return accepted;
    };
  }

  /** Close all of them, and wait for the peers to answer, but not for long. */
  async close(clock: Clock): Promise<void> {
    for (const socket of this.#open.keys()) {
      closeSocket(socket, 1001, "Server is closed");
    }
    await within(clock, CLOSE_MS, Promise.all(this.#open.values()));
  }

  #keep(socket: WebSocket): void {
    if (socket.readyState === CLOSED) return;
    const gone = deferred<void>();
    this.#open.set(socket, gone.promise);
    socket.addEventListener("close", () => {
      this.#open.delete(socket);
      gone.resolve();
    });
  }
}
