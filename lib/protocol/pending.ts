import type { ResponseMessage } from "../../schema/envelope.ts";
import { type Clock, deadline } from "../_clock.ts";
import { TimeoutException } from "../errors.ts";

/** Answers that are still awaited after their caller gave up. */
const MAX_LATE = 1024;
/** How long an answer is of use that somebody has to clear up after. */
const LATE_MS = 5_000;
/** The longest that the timer may hold a process that nothing else holds. */
const MAX_SLEEP_MS = 1_000;

/**
 * Takes the answer to a request whose caller has given up, or `undefined` if
 * no answer can come any more.
 */
export type LateAnswer = (response: ResponseMessage | undefined) => void;

/** How one request is waited for. */
export interface WaitOptions {
  /** The request's command, for the message of a timeout. */
  readonly command: string;
  /** Milliseconds until the wait fails; `Infinity` for no limit. */
  readonly timeout: number;
  /** Called once if the waiter does not get the answer. */
  readonly onLate?: LateAnswer | undefined;
  /** Called when no answer is of use any more. */
  readonly onGivenUp?: ((seq: number) => void) | undefined;
}

interface Waiter {
  readonly resolve: (response: ResponseMessage) => void;
  readonly reject: (reason: unknown) => void;
  readonly deadline: number;
  readonly options: WaitOptions;
}

/** An answer that its caller has given up. */
interface Late {
  readonly onLate: LateAnswer;
  /** Forget that it was given up. */
  readonly stop: () => void;
}

/**
 * Requests that wait for their answer.
 *
 * Every waiter settles exactly once, whatever the order of answers,
 * duplicates, timeouts, aborts and the end of the line. One timer serves all
 * deadlines, and it is left armed when a wait ends: timers are dear on some
 * runtimes, and most deadlines are equally far away. It looks up
 * every second, so that a program that has all its answers can end.
 */
export class PendingTable {
  readonly #clock: Clock;
  readonly #waiting: Map<number, Waiter> = new Map();
  readonly #late: Map<number, Late> = new Map();
  #cancelTimer: (() => void) | undefined;
  #timerAt = Infinity;
  #unmatched = 0;

  /** Make an empty table that takes its time from `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many requests wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many answers matched no waiting request: duplicate, late, unknown. */
  get unmatched(): number {
    return this.#unmatched;
  }

  /** Wait for the answer to `seq`; whoever asked owns the promise. */
  add(seq: number, options: WaitOptions): Promise<ResponseMessage> {
    return new Promise((resolve, reject) => {
      const deadline = this.#clock.now() + options.timeout;
      this.#waiting.set(seq, { resolve, reject, deadline, options });
      if (deadline < this.#timerAt) this.#arm(deadline);
    });
  }

  /** Give an answer to whoever waits for it. */
  settle(response: ResponseMessage): void {
    const seq = response.request_seq;
    const waiter = this.#take(seq);
    if (waiter) return waiter.resolve(response);
    this.#unmatched++;
    this.#takeLate(seq)?.onLate(response);
  }

  /** Stop waiting for `seq`; a late answer goes to its `onLate`. */
  giveUp(seq: number, reason: unknown): void {
    const waiter = this.#take(seq);
    if (!waiter) return;
    const { onGivenUp, onLate } = waiter.options;
    if (onLate) this.#expectLate(seq, onLate, onGivenUp);
    else onGivenUp?.(seq);
    waiter.reject(reason);
  }

  /** The request did not leave: stop waiting for an answer to it. */
  withdraw(seq: number, reason: unknown): void {
    this.#take(seq)?.reject(reason);
  }

  /** No answer to `seq` will come, early or late. */
  fail(seq: number, reason: unknown): void {
    const waiter = this.#take(seq);
    waiter?.reject(reason);
    waiter?.options.onLate?.(undefined);
    this.#takeLate(seq)?.onLate(undefined);
  }

  /** Fail everything that waits: the line is gone, no answer can come. */
  failAll(reason: unknown): void {
    this.#disarm();
    const seqs = [...this.#waiting.keys(), ...this.#late.keys()];
    for (const seq of seqs) this.fail(seq, reason);
  }

  #expectLate(
    seq: number,
    onLate: Late["onLate"],
    onGivenUp: WaitOptions["onGivenUp"],
  ): void {
    const [oldest] = this.#late.keys();
    if (oldest !== undefined && this.#late.size >= MAX_LATE) {
      this.#takeLate(oldest)?.onLate(undefined);
    }
    const stop = onGivenUp
      ? this.#clock.after(LATE_MS, () => {
        onGivenUp(seq);
        this.#takeLate(seq)?.onLate(undefined);
      }, { ref: false })
      : (): void => {};
    this.#late.set(seq, { onLate, stop });
  }

  #takeLate(seq: number): Late | undefined {
    const late = this.#late.get(seq);
    this.#late.delete(seq);
    late?.stop();
    return late;
  }

  #take(seq: number): Waiter | undefined {
    const waiter = this.#waiting.get(seq);
    this.#waiting.delete(seq);
    return waiter;
  }

  #arm(at: number): void {
    this.#disarm();
    const now = this.#clock.now();
    const ms = Math.min(Math.max(0, at - now), MAX_SLEEP_MS);
    this.#timerAt = now + ms;
    this.#cancelTimer = deadline(this.#clock, ms, () => this.#sweep());
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = Infinity;
  }

  #sweep(): void {
    this.#disarm();
    const now = this.#clock.now();
    let next = Infinity;
    for (const [seq, { deadline, options }] of this.#waiting) {
      if (deadline <= now) this.giveUp(seq, timedOut(options));
      else next = Math.min(next, deadline);
    }
    if (next < Infinity) this.#arm(next);
  }
}

function timedOut({ command, timeout }: WaitOptions): TimeoutException {
  return new TimeoutException(
    `No answer to "${command}" within ${timeout} ms`,
    timeout,
  );
}
