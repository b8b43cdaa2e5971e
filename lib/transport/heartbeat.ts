import { checkOptions, milliseconds } from "../check.ts";
import { isResponse, type Message } from "../../schema/envelope.ts";
import { deadline } from "../async.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Transport,
} from "./transport.ts";
import { wrapConnection, wrapHandlers, wrapTransport } from "./wrap.ts";

/** Options of {@linkcode withHeartbeat}. */
export interface HeartbeatOptions {
  /**
   * Milliseconds of silence after which the engine is asked for a sign of
   * life. Proxies drop idle lines from 30 s on.
   *
   * @default {15_000}
   */
  readonly interval?: number;
  /**
   * Milliseconds to wait for that sign before the line is given up.
   *
   * @default {20_000}
   */
  readonly timeout?: number;
}

/**
 * Numbers of heartbeats start somewhere from here on: far above those of a
 * session, and each heartbeat of a connection has a range of its own.
 */
const SEQ_BASE = 2 ** 40;
const SEQ_ROOM = 2 ** 52 - SEQ_BASE;

/**
 * Notice lines that died without a word.
 *
 * After the login, and whenever nothing arrived for a while, it sends
 * `rrext_ping`; any message counts as a sign of life. A line that stays silent
 * is first declared dead to its owner and only then closed, since closing can
 * take minutes on some runtimes. The timer never keeps a process
 * alive.
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
  checkOptions(options, "heartbeat: { interval, timeout }", {
    interval: 1,
    timeout: 1,
  });
  const interval = milliseconds("interval", options.interval ?? 15_000);
  const timeout = milliseconds("timeout", options.timeout ?? 20_000);
  // Where nothing lasts, nothing can be silent.
  if (transport.connectionless) return transport;
  return wrapTransport(transport, async (url, handlers, dialOptions) => {
    const beat = new Heartbeat(handlers, dialOptions, interval, timeout);
    return beat.attach(await transport.dial(url, beat.handlers, dialOptions));
  });
}

class Heartbeat {
  /** What the transport calls. */
  readonly handlers: ConnectionHandlers;
  readonly #owner: ConnectionHandlers;
  readonly #clock: DialOptions["clock"];
  readonly #interval: number;
  readonly #timeout: number;
  #connection: Connection | undefined;
  #heardAt: number;
  #askedAt = -Infinity;
  /** Requests are numbered from here on. */
  readonly #base: number;
  #seq: number;
  #authSeq: number | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(
    owner: ConnectionHandlers,
    { clock }: DialOptions,
    interval: number,
    timeout: number,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#interval = interval;
    this.#timeout = timeout;
    this.#heardAt = clock.now();
    this.#base = SEQ_BASE + Math.floor(Math.random() * SEQ_ROOM);
    this.#seq = this.#base;
    this.handlers = wrapHandlers(owner, {
      onMessage: (message) => this.#receive(message),
      onClose: (info) => this.#end(info),
    });
  }

  attach(connection: Connection): Connection {
    this.#connection = connection;
    return wrapConnection(connection, (message, payload) => {
      this.#observeSent(message);
      connection.send(message, payload);
    });
  }

  #receive(message: Message): void {
    this.#heardAt = this.#clock.now();
    // Servers write what they like there: nothing else is compared.
    if (isResponse(message)) {
      const { request_seq: seq } = message;
      if (seq > this.#base && seq <= this.#seq) return this.#answered();
      if (seq === this.#authSeq) {
        this.#authSeq = undefined;
        // A server refuses and hangs up on who speaks before the login.
        if (message.success !== false) this.#schedule(this.#interval);
      }
    }
    this.#owner.onMessage(message);
  }

  #end(info: CloseInfo): void {
    this.#stop();
    if (this.#ended) return;
    this.#ended = true;
    this.#owner.onClose(info);
  }

  #observeSent(message: Message): void {
    if (message.type !== "request") return;
    if (message.command === "auth") this.#authSeq = message.seq;
    if (message.command === "deauth") this.#stop();
  }

  /** Alive; ask again after an interval, however long the patience is. */
  #answered(): void {
    if (this.#cancel) this.#schedule(this.#interval);
  }

  #schedule(ms: number): void {
    this.#cancel?.();
    this.#cancel = deadline(this.#clock, ms, () => this.#check(), {
      ref: false,
    });
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #check(): void {
    const now = this.#clock.now();
    const silence = now - this.#heardAt;
    if (this.#heardAt < this.#askedAt) return this.#declareDead(silence);
    if (silence < this.#interval) {
      // Whole milliseconds: the rest of a rounding would be waited for in vain.
      return this.#schedule(Math.ceil(this.#interval - silence));
    }
    this.#askedAt = now;
    this.#ask();
    this.#schedule(this.#timeout);
  }

  #ask(): void {
    try {
      const seq = ++this.#seq;
      this.#connection?.send({ type: "request", seq, command: "rrext_ping" });
    } catch {
      // The line is closing; its own end is on the way.
    }
  }

  #declareDead(silentMs: number): void {
    const reason = `No sign of life for ${Math.round(silentMs)} ms`;
    this.#end({ code: 1006, reason });
    // Nobody waits for it: a dead peer may never answer the close.
    this.#connection?.close(1000, "heartbeat").catch(() => {});
  }
}
