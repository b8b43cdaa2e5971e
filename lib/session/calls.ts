import type { RequestMessage, ResponseMessage } from "../../schema/envelope.ts";
import {
  type Clock,
  deadline,
  type Deferred,
  deferred,
  ignore,
  onAbort,
} from "../async.ts";
import { valueBytes } from "../bounded_queue.ts";
import { isDAPException, TimeoutException } from "../errors.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import type { Connection, Payload } from "../transport/transport.ts";
import { queueFull, slowConnection } from "./failures.ts";
import type { CallOptions } from "./session.ts";

/** Answers that are still awaited after their callers gave up. */
const MAX_LATE = 1_024;
/** How long the answer to a request that can be cancelled is of use. */
const LATE_MS = 5_000;
/** The longest sleep of the timer, which keeps a process alive. */
const MAX_SLEEP_MS = 1_000;
/** The most memory of the calls that wait for a connection. */
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** The memory of a call without arguments and payload. */
const CALL_BYTES = 1_024;
const MAX_FIRST_SEQ = 2 ** 30;

/** The contents of a request; the session numbers it. */
export type Request = Pick<RequestMessage, "command" | "token" | "arguments">;

/** Takes an answer that came late, or `undefined` if none can come. */
export type LateAnswer = (response: ResponseMessage | undefined) => void;

/** How a request is sent. */
export interface RequestOptions extends CallOptions {
  /** Binary payload; copied or sent before `request` returns. */
  readonly payload?: Payload | undefined;
  /**
   * Called once if the request has left and the caller gets no answer: with
   * the answer that came late, or with `undefined` if none can come any more.
   */
  readonly onLate?: LateAnswer | undefined;
  /**
   * Whether the request frees what the server holds for the session. Only such
   * requests leave while the session closes or moves.
   *
   * @default {false}
   */
  readonly frees?: boolean | undefined;
  /**
   * The number of the connection that the request is meant for; it does not
   * wait for another one.
   *
   * @default {whichever is open first}
   */
  readonly line?: number | undefined;
  /** Called when the request has left, see {@linkcode SentListener}. */
  readonly onLine?: SentListener | undefined;
}

/**
 * Receives the number of the connection that a request has left on, a function
 * that ends what the request needs there, one that stops the wait for its
 * answer, which then is late, and the connection.
 */
export type SentListener = (
  line: number,
  cancel: () => void,
  giveUp: (reason: unknown) => void,
  connection: Connection,
) => void;

/** Where a request can go now. */
export interface Route {
  /** The connection that it may leave on; absent if there is none. */
  readonly connection: Connection | undefined;
  /** The number of that connection. */
  readonly line: number;
  /** Whether it may wait for another connection. */
  readonly mayWait: boolean;
}

/** What {@linkcode Calls} needs to know about its session. */
export interface CallsHost {
  /** The settings of the session; they change when it moves. */
  settings(): {
    readonly clock: Clock;
    readonly requestTimeout: number;
    readonly persist: boolean;
  };
  /** Where a request can go now. */
  route(options: RequestOptions): Route;
  /** Why a request cannot leave. */
  refusal(): Error;
}

/** A request that waits for its answer. */
interface Waiter {
  readonly resolve: (response: ResponseMessage) => void;
  readonly reject: (reason: unknown) => void;
  readonly command: string;
  readonly timeout: number;
  readonly onLate: LateAnswer | undefined;
  /** Ends what the request needs on its connection. */
  readonly cancel: (() => void) | undefined;
  /** When the caller stops waiting; `Infinity` if it has given up. */
  deadline: number;
  /** Whether the caller has given up, and only `onLate` waits. */
  late: boolean;
  /** Stops what may end the wait: the caller's signal, or a timer. */
  detach: () => void;
}

/**
 * The requests of a session: those that wait for their answers, and those that
 * wait for a connection.
 *
 * Each settles exactly once, in whatever order answers, duplicates, timeouts,
 * aborts and the end of the connection come. One timer serves all deadlines
 * and stays armed when a call ends, since timers are expensive on some
 * runtimes. It wakes up every second, so that a process with all its answers
 * can end.
 */
export class Calls {
  /** The connection that all requests may leave on now, if there is one. */
  ready:
    | { readonly connection: Connection; readonly epoch: number }
    | undefined;
  readonly #host: CallsHost;
  readonly #clock: Clock;
  readonly #waiters: Map<number, Waiter> = new Map();
  /** How many of them are late. */
  #late = 0;
  /** Calls that wait for a connection; `undefined` where none may wait. */
  #queue: Set<Deferred<void>> | undefined;
  #queuedBytes = 0;
  // A random start: servers may forward the numbers of several clients on one
  // connection of their own.
  #seq: number = 1 + Math.floor(Math.random() * MAX_FIRST_SEQ);
  #cancelTimer: () => void = ignore;
  #timerAt = Infinity;

  constructor(host: CallsHost) {
    this.#host = host;
    this.#clock = host.settings().clock;
  }

  /** How many requests wait for their answers. */
  get size(): number {
    return this.#waiters.size - this.#late;
  }

  /**
   * Send a request and wait for its answer; a refusal is an answer, too.
   * Payload may also stand in `arguments.data`.
   */
  request(
    request: Request,
    options: RequestOptions = {},
  ): Promise<ResponseMessage> {
    const { command, token, arguments: args } = request;
    if (args?.data instanceof Uint8Array) {
      const { data: payload, ...rest } = args as { data: Uint8Array };
      const bare = { ...request, arguments: rest };
      return this.request(bare, { ...options, payload });
    }
    const { connection, line, mayWait } = this.#routeOf(options);
    if (!connection) {
      if (mayWait) return this.#requestLater(request, options);
      return Promise.reject(this.#host.refusal());
    }
    const { onLate, onLine, payload, signal } = options;
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const timeout = this.#limit(options);
      const seq = this.#seq++;
      const cancel = connection.cancel && (() => connection.cancel?.(seq));
      const waiter: Waiter = {
        resolve,
        reject,
        command,
        timeout,
        onLate,
        cancel,
        deadline: this.#clock.now() + timeout,
        late: false,
        detach: ignore,
      };
      this.#waiters.set(seq, waiter);
      if (signal) {
        waiter.detach = onAbort(signal, (reason) => this.#giveUp(seq, reason));
      }
      this.#arm(waiter.deadline);
      const message: {
        -readonly [K in keyof RequestMessage]: RequestMessage[K];
      } = { type: "request", seq, command };
      if (token !== undefined) message.token = token;
      if (args !== undefined) message.arguments = args;
      try {
        connection.send(message, payload);
      } catch (error) {
        this.#take(seq);
        // A connection that has ended may say so here before it reports it.
        const ended = isDAPException(error, "not-connected");
        if (!ended || !mayWait || !this.#host.settings().persist) throw error;
        this.hold();
        return resolve(this.#requestLater(request, options));
      }
      const giveUp = (reason: unknown): void => this.#giveUp(seq, reason);
      onLine?.(line, cancel ?? ignore, giveUp, connection);
    });
  }

  /** Whether payload must wait; see {@linkcode Connection.isFull}. */
  isFull(onRoom?: () => void): boolean {
    return this.ready?.connection.isFull?.(onRoom) ?? false;
  }

  #routeOf(options: RequestOptions): Route {
    const { ready } = this;
    const { frees, line } = options;
    if (!ready || (line ?? ready.epoch) !== ready.epoch) {
      return this.#host.route(options);
    }
    const mayWait = !frees && line === undefined;
    return { connection: ready.connection, line: ready.epoch, mayWait };
  }

  /** Let calls wait while there is no connection. */
  hold(): void {
    this.#queue ??= new Set();
  }

  /** Send the calls that wait, in their order. */
  release(): void {
    for (const gate of this.#takeQueue()) gate.resolve();
  }

  /** Reject the calls that wait for a connection, and let none wait. */
  rejectQueued(reason: () => unknown): void {
    for (const gate of this.#takeQueue()) gate.reject(reason());
  }

  #takeQueue(): Iterable<Deferred<void>> {
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    return queue;
  }

  /** An answer has arrived. */
  settle(response: ResponseMessage): void {
    const waiter = this.#take(response.request_seq);
    if (waiter?.late) waiter.onLate?.(response);
    else waiter?.resolve(response);
  }

  /** No answer to one request will come. */
  fail(seq: number, reason: unknown): void {
    const waiter = this.#take(seq);
    waiter?.reject(reason);
    waiter?.onLate?.(undefined);
  }

  /** The connection has ended, and with it every answer. */
  failAll(reason: () => unknown): void {
    this.#disarm();
    for (const seq of [...this.#waiters.keys()]) this.fail(seq, reason());
  }

  /**
   * Wait for a connection.
   *
   * @param bytes The memory that the call holds meanwhile.
   * @returns What is left of the time, in milliseconds.
   */
  async untilConnected(
    command: string,
    options: CallOptions,
    bytes = 0,
  ): Promise<number> {
    const { signal } = options;
    const queue = this.#queue;
    if (!queue) throw this.#host.refusal();
    signal?.throwIfAborted();
    const limit = this.#limit(options);
    const held = CALL_BYTES + bytes;
    if (this.#queuedBytes + held > MAX_QUEUED_BYTES) throw queueFull(command);
    this.#queuedBytes += held;
    const gate = deferred<void>();
    const started = this.#clock.now();
    const cancel = deadline(this.#clock, limit, () => {
      gate.reject(slowConnection(command, limit));
    });
    const detach = onAbort(signal, gate.reject);
    queue.add(gate);
    try {
      await gate.promise;
    } finally {
      queue.delete(gate);
      this.#queuedBytes -= held;
      cancel();
      detach();
    }
    return Math.max(1, limit - (this.#clock.now() - started));
  }

  /** Send a request once there is a connection; its payload is copied. */
  async #requestLater(
    request: Request,
    options: RequestOptions,
  ): Promise<ResponseMessage> {
    const { payload } = options;
    // A buffer that is being filled belongs to the connection that was lost.
    if (payload instanceof FrameBuffer) throw this.#host.refusal();
    const { arguments: args, command } = request;
    const bytes = valueBytes([args, payload], Infinity);
    const waiting = this.untilConnected(command, options, bytes);
    // Synchronously: the caller may reuse its bytes when this has returned.
    const copy = payload && new Uint8Array(payload);
    const timeout = await waiting;
    return await this.request(request, { ...options, payload: copy, timeout });
  }

  #limit({ timeout }: CallOptions): number {
    return timeout ?? this.#host.settings().requestTimeout;
  }

  #take(seq: number): Waiter | undefined {
    const waiter = this.#waiters.get(seq);
    if (!waiter) return undefined;
    this.#waiters.delete(seq);
    if (waiter.late) this.#late--;
    waiter.detach();
    return waiter;
  }

  /** Stop waiting; a late answer goes to `onLate`. */
  #giveUp(seq: number, reason: unknown): void {
    const waiter = this.#take(seq);
    if (!waiter) return;
    const { cancel, onLate } = waiter;
    if (!onLate) cancel?.();
    else {
      if (this.#late >= MAX_LATE) this.#forgetOldest();
      this.#late++;
      waiter.late = true;
      waiter.deadline = Infinity;
      waiter.detach = cancel
        ? this.#clock.after(LATE_MS, () => {
          cancel();
          this.fail(seq, reason);
        }, { ref: false })
        : ignore;
      this.#waiters.set(seq, waiter);
    }
    waiter.reject(reason);
  }

  /** Of the late ones, which stand in the order in which they gave up. */
  #forgetOldest(): void {
    for (const [seq, { late }] of this.#waiters) {
      if (late) return this.fail(seq, undefined);
    }
  }

  /** Let the timer fire at a time, at the latest. */
  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#disarm();
    const now = this.#clock.now();
    // Whole milliseconds: the rest of a rounding would be waited for in vain.
    const ms = Math.min(Math.max(0, Math.ceil(at - now)), MAX_SLEEP_MS);
    this.#timerAt = now + ms;
    this.#cancelTimer = deadline(this.#clock, ms, () => this.#sweep());
  }

  #disarm(): void {
    this.#cancelTimer();
    this.#cancelTimer = ignore;
    this.#timerAt = Infinity;
  }

  #sweep(): void {
    this.#disarm();
    const now = this.#clock.now();
    let next = Infinity;
    for (const [seq, { command, deadline, timeout }] of [...this.#waiters]) {
      if (deadline > now) next = Math.min(next, deadline);
      else {
        const message = `No answer to "${command}" within ${timeout} ms`;
        this.#giveUp(seq, new TimeoutException(message, timeout));
      }
    }
    this.#arm(next);
  }
}
