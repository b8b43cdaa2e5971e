/**
 * Wrappers of transports: what they share, and the heartbeat, which every
 * session has. The trace is a module of its own, which is loaded on demand.
 *
 * @module
 */
import { checkOptions, milliseconds } from "../check.ts";
import { didFail } from "../../schema/envelope.ts";
import { deadline, ignore } from "../async.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  Transport,
} from "./transport.ts";

/** Throws unless the value is a transport. */
export function checkTransport(transport: unknown): void {
  if (typeof (transport as Transport | undefined)?.resolve === "function") {
    return;
  }
  throw new TypeError(
    `Cannot use transport of type ${typeof transport}: expected what ` +
      "webSocketTransport() or an engine's transport() returns",
  );
}

/** Members that a class may have on its prototype, which a spread omits. */
const MEMBERS = [
  "name",
  "connectionless",
  "resolve",
  "dial",
  "uri",
  "send",
  "isFull",
  "flush",
  "cancel",
  "close",
  "onMessage",
  "onClose",
  "onUnanswered",
];

/**
 * Copy a transport, a connection or handlers with some members replaced.
 * Wrappers compose only if they keep every member that they do not replace,
 * those of other wrappers included.
 */
export function withMembers<
  T extends Transport | Connection | ConnectionHandlers,
>(
  inner: T,
  members: Partial<T>,
): T {
  const copy: Record<string, unknown> = { ...inner };
  for (const name of MEMBERS) {
    const value: unknown = inner[name as keyof T];
    if (typeof value === "function") copy[name] = value.bind(inner);
    else if (value !== undefined) copy[name] = value;
  }
  return { ...copy as unknown as T, ...members };
}

/** Options of {@linkcode withHeartbeat}. */
export interface HeartbeatOptions {
  /**
   * Milliseconds of silence after which the client sends a ping.
   * Proxies drop connections that were idle for 30 s.
   *
   * @default {15_000}
   */
  readonly interval?: number;
  /**
   * Milliseconds to wait for an answer before the connection counts as lost.
   *
   * @default {20_000}
   */
  readonly timeout?: number;
}

/**
 * The `seq` of heartbeats starts at a random number from here on: far above
 * those of a session, and each heartbeat of a connection has its own range.
 */
const SEQ_BASE = 2 ** 40;
const SEQ_RANGE = 2 ** 52 - SEQ_BASE;

/**
 * Detect connections that were lost without a close.
 *
 * After the login, and whenever nothing has arrived for a while, it sends
 * `rrext_ping`; any message counts as an answer. A connection that stays silent
 * is first reported as lost and then closed, since closing can take minutes on
 * some runtimes. The timer never keeps a process alive.
 *
 * @param transport What carries the messages.
 * @param options See {@linkcode HeartbeatOptions}.
 * @returns The same transport with a heartbeat; one without a connection that
 * could be silent, such as HTTP, needs none and comes back as it is.
 * @throws {RangeError} A time is not a positive number.
 */
export function withHeartbeat(
  transport: Transport,
  options: HeartbeatOptions = {},
): Transport {
  checkTransport(transport);
  checkOptions(options, "heartbeat: { interval, timeout }", {
    interval: 1,
    timeout: 1,
  });
  const { interval = 15_000, timeout = 20_000 } = options;
  milliseconds("interval", interval);
  // There is no connection that could be lost.
  if (transport.connectionless) return transport;
  const dial: Transport["dial"] = async (url, handlers, dialOptions) => {
    const { clock } = dialOptions;
    const first = SEQ_BASE + Math.floor(Math.random() * SEQ_RANGE);
    let next = first;
    let authSeq = NaN;
    let heardAt = clock.now();
    let askedAt = -Infinity;
    /** Servers close a connection that sends before the login. */
    let isLoggedIn = false;
    let ended = false;
    let cancel = ignore;

    function schedule(ms: number): void {
      cancel();
      if (isLoggedIn) cancel = deadline(clock, ms, check, { ref: false });
    }

    function stop(): void {
      cancel();
      isLoggedIn = false;
    }

    function end(info: CloseInfo): void {
      stop();
      if (ended) return;
      ended = true;
      handlers.onClose(info);
    }

    function check(): void {
      const now = clock.now();
      const silence = now - heardAt;
      if (heardAt < askedAt) {
        const reason = `No sign of life for ${Math.round(silence)} ms`;
        end({ code: 1006, reason });
        // Not awaited: a dead peer may never answer the close.
        connection.close(1000, "heartbeat").catch(ignore);
      } else if (silence < interval) {
        // Rounded up: a timer that fires too early would be armed again.
        schedule(Math.ceil(interval - silence));
      } else {
        askedAt = now;
        try {
          const command = "rrext_ping";
          connection.send({ type: "request", seq: next++, command });
        } catch {
          // The connection is closing; its end follows.
        }
        schedule(timeout);
      }
    }

    const connection: Connection = await transport.dial(
      url,
      withMembers(handlers, {
        onMessage(message): void {
          heardAt = clock.now();
          if (message.type === "response") {
            const { request_seq: seq } = message;
            // Servers may send a value of any type here.
            if (typeof seq === "number" && seq >= first && seq < next) {
              // Ask again after an interval, however long the timeout is.
              return schedule(interval);
            }
            if (seq === authSeq) {
              authSeq = NaN;
              isLoggedIn ||= !didFail(message);
              schedule(interval);
            }
          }
          handlers.onMessage(message);
        },
        onClose: end,
      }),
      dialOptions,
    );
    return withMembers(connection, {
      send(message, payload): void {
        if (message.type === "request") {
          if (message.command === "auth") authSeq = message.seq;
          if (message.command === "deauth") stop();
        }
        connection.send(message, payload);
      },
    });
  };
  return withMembers(transport, { dial });
}
