import type { RequestMessage, ResponseMessage } from "../../schema/envelope.ts";
import {
  type Clock,
  deadline,
  type Deferred,
  deferred,
  ignore,
  LazySignal,
  onAbort,
} from "../async.ts";
import { valueBytes } from "../bounded_queue.ts";
import { isDAPException } from "../errors.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import {
  queueFull,
  retryableError,
  sessionClosed,
  timeoutError,
} from "../transport/failures.ts";
import type { Connection, Payload } from "../transport/transport.ts";
import type { CallOptions } from "./session.ts";

/** Answers that are still awaited after their callers gave up. */
const MAX_LATE = 1_024;
/** How long a late answer is awaited if the request can be cancelled. */
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
   * The id of the connection that the request is meant for; it does not wait
   * for another one.
   *
   * @default {whichever is open first}
   */
  readonly connectionId?: number | undefined;
  /** Called when the request has left, see {@linkcode SentListener}. */
  readonly onSent?: SentListener | undefined;
}

/**
 * Receives the id of the connection that a request was sent on, a function that
 * cancels the request there, one that stops the wait for its answer, which then
 * is late, and the connection.
 */
export type SentListener = (
  connectionId: number,
  cancel: () => void,
  giveUp: (reason: unknown) => void,
  connection: Connection,
) => void;

/** What {@linkcode Calls} needs to know; it changes when the session moves. */
export interface CallSettings {
  readonly clock: Clock;
  /** The limit of a call, in milliseconds. */
  readonly requestTimeout: number;
  /** Whether calls wait for a connection. */
  readonly persist: boolean;
}

/**
 * What a session does with its connection. While it is `connecting`, only
 * requests of the attempt itself leave: servers close connections that send
 * anything else before the login is answered. While it is `leaving` an open
 * one, to move or to close, only those that free something on the server do.
 */
export type Phase = "connecting" | "ready" | "leaving";

/** A request that waits for its answer. */
interface Waiter {
  /** Takes the answer; a late one where the caller has given up. */
  resolve: (response: ResponseMessage) => void;
  readonly reject: (reason: unknown) => void;
  readonly command: string;
  readonly timeout: number;
  /** When the caller stops waiting. */
  readonly deadline: number;
  readonly onLate: LateAnswer | undefined;
  /** Ends what the request needs on its connection. */
  readonly cancel: (() => void) | undefined;
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
export class Calls<Settings extends CallSettings = CallSettings> {
  settings: Settings;
  /** Aborts when `close` is called, and with the session at the latest. */
  readonly closing: LazySignal = new LazySignal();
  protected phase: Phase = "connecting";
  /** The connection that is open, if there is one. */
  protected connection: Connection | undefined;
  /** The id of the latest connection. What an older one reports is ignored. */
  protected epoch = 0;
  /** The attempt to connect, or the delay before one, that is in progress. */
  protected attempt: AbortController | undefined;
  readonly #clock: Clock;
  readonly #waiters: Map<number, Waiter> = new Map();
  /** Those whose callers have given up, in the order in which they did. */
  readonly #late: Map<number, Waiter> = new Map();
  /** Calls that wait for a connection. */
  readonly #queue: Set<Deferred<void>> = new Set();
  #queuedBytes = 0;
  // A random start: servers may forward the numbers of several clients on one
  // connection of their own.
  #seq: number = 1 + Math.floor(Math.random() * MAX_FIRST_SEQ);
  #cancelTimer: () => void = ignore;
  #timerAt = Infinity;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#clock = settings.clock;
  }

  /** Whether calls can be made. */
  get ready(): boolean {
    return this.phase === "ready";
  }

  /** The id of the open connection, if there is one. */
  get connectionId(): number | undefined {
    return this.connection && this.epoch;
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
    const { frees, connectionId, onLate, onSent, payload, signal } = options;
    const { epoch, phase } = this;
    const isOwn = !!signal && signal === this.attempt?.signal;
    const mayLeave = (connectionId ?? epoch) === epoch &&
      (phase === "ready" || (phase === "leaving" ? frees : isOwn));
    const mayWait = !isOwn && !frees && connectionId === undefined;
    const connection = mayLeave ? this.connection : undefined;
    if (!connection) {
      if (mayWait) return this.#requestLater(request, options);
      return Promise.reject(this.refusal());
    }
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
        deadline: this.#clock.now() + timeout,
        onLate,
        cancel,
        detach: ignore,
      };
      this.#waiters.set(seq, waiter);
      const giveUp = (reason: unknown): void => this.#giveUp(seq, reason);
      if (signal) waiter.detach = onAbort(signal, giveUp);
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
        if (!ended || !mayWait || !this.settings.persist) throw error;
        return resolve(this.#requestLater(request, options));
      }
      onSent?.(epoch, cancel ?? ignore, giveUp, connection);
    });
  }

  /** Whether payload must wait; see {@linkcode Connection.isFull}. */
  isFull(onRoom?: () => void): boolean {
    return this.ready && !!this.connection?.isFull?.(onRoom);
  }

  /** Why a request cannot leave. */
  protected refusal(): Error {
    return this.connection && this.closing.aborted
      ? sessionClosed(false)
      : retryableError("not-connected", "Session is not connected", {
        hint: "Connect again; a session that has ended stays ended",
      });
  }

  /** Send the calls that wait, in their order. */
  protected release(): void {
    for (const gate of this.#queue) gate.resolve();
  }

  /** Reject the calls that wait for a connection. */
  protected rejectQueued(reason: () => unknown): void {
    for (const gate of this.#queue) gate.reject(reason());
  }

  /** An answer has arrived. */
  protected settle(response: ResponseMessage): void {
    this.#take(response.request_seq)?.resolve(response);
  }

  /** No answer to one request will come. */
  protected fail(seq: number, reason: unknown): void {
    const waiter = this.#take(seq);
    waiter?.reject(reason);
    waiter?.onLate?.(undefined);
  }

  /** The connection has ended, and with it every answer. */
  protected failAll(reason: () => unknown): void {
    this.#disarm();
    const all = [...this.#waiters.keys(), ...this.#late.keys()];
    for (const seq of all) this.fail(seq, reason());
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
    const mayWait = this.settings.persist && !this.closing.aborted;
    if (!mayWait) throw this.refusal();
    signal?.throwIfAborted();
    const limit = this.#limit(options);
    const held = CALL_BYTES + bytes;
    const what = `Cannot send "${command}": not connected`;
    if (this.#queuedBytes + held > MAX_QUEUED_BYTES) {
      throw queueFull(`${what}, and too much waits already`);
    }
    this.#queuedBytes += held;
    const gate = deferred<void>();
    const started = this.#clock.now();
    const cancel = deadline(this.#clock, limit, () => {
      gate.reject(timeoutError(what, limit));
    });
    // Not `abortable`: of several ends the first one counts, and with a signal
    // or without one, calls go on in the turn in which they may.
    const detach = onAbort(signal, gate.reject);
    this.#queue.add(gate);
    try {
      await gate.promise;
    } finally {
      this.#queue.delete(gate);
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
    if (payload instanceof FrameBuffer) throw this.refusal();
    const bytes = valueBytes([request.arguments, payload], Infinity);
    const waiting = this.untilConnected(request.command, options, bytes);
    // Synchronously: the caller may reuse its bytes when this has returned.
    const copy = payload && new Uint8Array(payload);
    const timeout = await waiting;
    return await this.request(request, { ...options, payload: copy, timeout });
  }

  #limit({ timeout }: CallOptions): number {
    return timeout ?? this.settings.requestTimeout;
  }

  #take(seq: number): Waiter | undefined {
    const waiter = this.#waiters.get(seq) ?? this.#late.get(seq);
    if (!waiter) return undefined;
    this.#waiters.delete(seq);
    this.#late.delete(seq);
    waiter.detach();
    return waiter;
  }

  /** Reject the caller; a late answer goes to `onLate`. */
  #giveUp(seq: number, reason: unknown): void {
    if (!this.#waiters.has(seq)) return;
    const waiter = this.#take(seq)!;
    const { cancel, onLate } = waiter;
    waiter.reject(reason);
    if (!onLate) return cancel?.();
    if (this.#late.size >= MAX_LATE) {
      this.fail(this.#late.keys().next().value!, reason);
    }
    this.#late.set(seq, waiter);
    waiter.resolve = onLate;
    waiter.detach = this.#clock.after(cancel ? LATE_MS : Infinity, () => {
      cancel?.();
      this.fail(seq, reason);
    }, { ref: false });
  }

  /** Let the timer fire at a time, at the latest. */
  #arm(at: number): void {
    if (at >= this.#timerAt) return;
    this.#disarm();
    const now = this.#clock.now();
    // Rounded up: a timer that fires too early would be armed again.
    const ms = Math.min(Math.max(0, Math.ceil(at - now)), MAX_SLEEP_MS);
    this.#timerAt = now + ms;
    this.#cancelTimer = deadline(this.#clock, ms, () => this.#sweep());
  }

  #disarm(): void {
    this.#cancelTimer();
    this.#timerAt = Infinity;
  }

  #sweep(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    for (const [seq, { command, deadline, timeout }] of this.#waiters) {
      if (deadline > now) next = Math.min(next, deadline);
      else {
        this.#giveUp(seq, timeoutError(`No answer to "${command}"`, timeout));
      }
    }
    this.#arm(next);
  }
}
