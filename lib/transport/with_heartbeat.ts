import type { Message } from "../../schema/envelope.ts";
import type {
  CloseInfo,
  Connection,
  ConnectionHandlers,
  DialOptions,
  Transport,
} from "./transport.ts";

/** Options of {@linkcode withHeartbeat}. */
export interface HeartbeatOptions {
  /**
   * Milliseconds of silence after which the engine is asked for a sign of
   * life. Proxies drop idle lines from 30 s on.
   *
   * @default {15_000}
   */
  readonly intervalMs?: number;
  /**
   * Milliseconds to wait for that sign before the line is given up.
   *
   * @default {20_000}
   */
  readonly timeoutMs?: number;
}

/** Far above the sequence numbers of a session, so that they never meet. */
const SEQ_BASE = 2 ** 40;

/**
 * Notice lines that died without a word.
 *
 * After the login, and whenever nothing arrived for a while, it sends
 * `rrext_ping`; any message counts as a sign of life. A line that stays silent
 * is first declared dead to its owner and only then closed, since closing can
 * take minutes on some runtimes (field F11). The timer never keeps a process
 * alive.
 *
 * @param transport What carries the messages.
 * @param options See {@linkcode HeartbeatOptions}.
 * @returns The same transport with a heartbeat.
 * @throws {RangeError} A time is not a positive number.
 */
export function withHeartbeat(
  transport: Transport,
  options: HeartbeatOptions = {},
): Transport {
  const intervalMs = positive("intervalMs", options.intervalMs ?? 15_000);
  const timeoutMs = positive("timeoutMs", options.timeoutMs ?? 20_000);
  return {
    name: transport.name,
    resolve: (uri) => transport.resolve(uri),
    async dial(url, handlers, dialOptions): Promise<Connection> {
      const beat = new Heartbeat(handlers, dialOptions, intervalMs, timeoutMs);
      return beat.attach(await transport.dial(url, beat, dialOptions));
    },
  };
}

function positive(name: string, value: number): number {
  if (value > 0) return value;
  throw new RangeError(`Cannot use ${name} ${value}: expected more than 0`);
}

class Heartbeat implements ConnectionHandlers {
  readonly #owner: ConnectionHandlers;
  readonly #clock: DialOptions["clock"];
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  #connection: Connection | undefined;
  #heardAt: number;
  #askedAt = -Infinity;
  #seq: number = SEQ_BASE;
  #authSeq: number | undefined;
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(
    owner: ConnectionHandlers,
    { clock }: DialOptions,
    intervalMs: number,
    timeoutMs: number,
  ) {
    this.#owner = owner;
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#heardAt = clock.now();
  }

  attach(connection: Connection): Connection {
    this.#connection = connection;
    return {
      uri: connection.uri,
      send: (message, payload) => {
        this.#observeSent(message);
        connection.send(message, payload);
      },
      close: (code, reason) => connection.close(code, reason),
    };
  }

  onMessage(message: Message): void {
    this.#heardAt = this.#clock.now();
    if (message.type === "response") {
      if (message.request_seq > SEQ_BASE) return this.#answered();
      if (message.request_seq === this.#authSeq) {
        this.#authSeq = undefined;
        // A server refuses and hangs up on who speaks before the login.
        if (message.success !== false) this.#schedule(this.#intervalMs);
      }
    }
    this.#owner.onMessage(message);
  }

  onClose(info: CloseInfo): void {
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
    if (this.#cancel) this.#schedule(this.#intervalMs);
  }

  #schedule(ms: number): void {
    this.#cancel?.();
    this.#cancel = this.#clock.after(ms, () => this.#check(), { ref: false });
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #check(): void {
    const now = this.#clock.now();
    const silence = now - this.#heardAt;
    if (this.#heardAt < this.#askedAt) return this.#declareDead(silence);
    if (silence < this.#intervalMs) {
      return this.#schedule(this.#intervalMs - silence);
    }
    this.#askedAt = now;
    this.#ask();
    this.#schedule(this.#timeoutMs);
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
    this.onClose({ code: 1006, reason });
    // Nobody waits for it: a dead peer may never answer the close.
    this.#connection?.close(1000, "heartbeat").catch(() => {});
  }
}
