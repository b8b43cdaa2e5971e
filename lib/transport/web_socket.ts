import { onAbort } from "../_abort.ts";
import { deadline } from "../_clock.ts";
import { deferred } from "../_deferred.ts";
import { ConnectionException, TimeoutException } from "../errors.ts";
import { isLoopback, normalizeUri } from "../protocol/uri.ts";
import { Line } from "./_line.ts";
import { StallGuard } from "./_stall_guard.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Transport,
} from "./transport.ts";

/** Makes a socket: the platform's `WebSocket`, or one that behaves like it. */
export type WebSocketConstructor = new (url: string) => WebSocket;

/** Options of {@linkcode webSocketTransport}. */
export interface WebSocketTransportOptions {
  /**
   * The constructor to use instead of the platform's, for example one that
   * sends headers, or npm's `ws`.
   *
   * @default {globalThis.WebSocket}
   */
  readonly WebSocket?: WebSocketConstructor;
}

/**
 * The transport over the platform's `WebSocket`; the default of `connect`.
 *
 * Frames keep their order both ways. On loopback it cures the 44 ms stall of
 * small frames on Deno as soon as it has met it once (field F41).
 *
 * @param options See {@linkcode WebSocketTransportOptions}.
 * @returns A transport for `connect({ transport })`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { webSocketTransport } from "@rocketride/streams";
 *
 * const transport = webSocketTransport();
 * assertEquals(
 *   transport.resolve("localhost").href,
 *   "ws://localhost:5565/task/service",
 * );
 * ```
 */
export function webSocketTransport(
  options: WebSocketTransportOptions = {},
): Transport {
  return {
    name: "WebSocket",
    resolve: normalizeUri,
    dial(url, handlers, dialOptions): Promise<Connection> {
      const Socket = options.WebSocket ?? globalThis.WebSocket;
      return dial(url, handlers, dialOptions, Socket);
    },
  };
}

/** One attempt: the first of open, error, close, timeout and abort settles it. */
async function dial(
  url: URL,
  handlers: ConnectionHandlers,
  { signal, timeout, clock }: DialOptions,
  Socket: WebSocketConstructor,
): Promise<Connection> {
  signal?.throwIfAborted();
  const opened = deferred<void>();
  let line: Line;
  try {
    line = new Line(new Socket(url.href), url.href, {
      clock,
      handlers,
      guard: isLoopback(url) ? new StallGuard(clock.now) : undefined,
      onOpen: opened.resolve,
      onFailure: (info) => opened.reject(unreachable(url, info)),
    });
  } catch (error) {
    // Deno throws here when the permission for the host is missing.
    throw unreachable(url, { error });
  }
  const stopTimer = deadline(clock, timeout, () => {
    opened.reject(silent(url, timeout));
  });
  const detach = onAbort(signal, opened.reject);
  try {
    await opened.promise;
    // An object of its own members, so that wrappers can spread it.
    return {
      uri: line.uri,
      send: (message, payload) => line.send(message, payload),
      close: (code, reason) => line.close(code, reason),
    };
  } catch (error) {
    line.abandon();
    throw error;
  } finally {
    stopTimer();
    detach();
  }
}

function unreachable(
  url: URL,
  info: Partial<CloseInfo>,
): ConnectionException {
  return new ConnectionException(
    `Cannot connect to "${url.href}"${said(info.error)}`,
    {
      code: "connection-failed",
      retryable: true,
      closeCode: info.code,
      cause: info.error,
      hint: "Check that the engine runs there and that the address is right",
    },
  );
}

function silent(url: URL, timeout: number): TimeoutException {
  return new TimeoutException(
    `Cannot connect to "${url.href}": no answer within ${timeout} ms`,
    timeout,
  );
}

/** The runtime's words about a failure; some have none. */
function said(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  return "message" in error && error.message ? `: ${error.message}` : "";
}
