import { checkOptions } from "../check.ts";
import type { Clock } from "../async.ts";
import {
  AuthenticationException,
  ConnectionException,
  ProtocolException,
  ValidationException,
} from "../errors.ts";

/** How a session with `persist` connects again. */
export interface ReconnectOptions {
  /**
   * Decides whether another attempt is made.
   *
   * Receives why the connection was lost or why the last attempt failed, and
   * the number of the attempt to come, from 1.
   *
   * @default {not after a refused credential, invalid input or a breach of the protocol}
   */
  readonly shouldReconnect?:
    | ((error: unknown, attempt: number) => boolean)
    | undefined;
  /**
   * The most milliseconds before the first attempt; it doubles with each
   * failure.
   *
   * @default {250}
   */
  readonly firstDelay?: number | undefined;
  /**
   * The most milliseconds before any attempt.
   *
   * @default {15_000}
   */
  readonly maxDelay?: number | undefined;
}

/** A login that lasted this long proves that the server is well. */
const STABLE_MS = 10_000;
/** The least delay after a server has asked for time. */
const ASKED_MS = 5_000;
/** Close codes of a server that restarts or is too busy. */
const ASKS_FOR_TIME: ReadonlySet<unknown> = new Set([1012, 1013]);
const MAX_DOUBLINGS = 16;

/** Decides whether and when a session connects again. */
export class ReconnectPolicy {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #options: ReconnectOptions;
  #connectedAt = Infinity;
  #failures = 0;

  constructor(
    clock: Clock,
    random: () => number,
    options: ReconnectOptions = {},
  ) {
    this.#clock = clock;
    this.#random = random;
    checkOptions(options, "connect({ reconnect: { maxDelay } })", {
      shouldReconnect: 1,
      firstDelay: 1,
      maxDelay: 1,
    });
    this.#options = options;
  }

  /** Attempts that failed, and connections that were lost, in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** The session is connected. */
  connected(): void {
    this.#connectedAt = this.#clock.now();
  }

  /**
   * The session is not connected any more.
   *
   * @returns Whether it was.
   */
  disconnected(): boolean {
    const lasted = this.#clock.now() - this.#connectedAt;
    if (lasted >= STABLE_MS) this.#failures = 0;
    this.#connectedAt = Infinity;
    return lasted >= 0;
  }

  /**
   * Whether another attempt is made.
   *
   * @param error Why the last attempt failed or the connection was lost.
   * @param offline Whether the credential could not be fetched without a
   * network.
   */
  shouldReconnect(error: unknown, offline = false): boolean {
    const { shouldReconnect } = this.#options;
    return shouldReconnect
      ? shouldReconnect(error, this.#failures + 1)
      : offline || mayRecover(error);
  }

  /**
   * Count a failure and choose the delay before the next attempt: a random one
   * up to a ceiling, so that the clients of a server that restarts do not
   * return all at once.
   *
   * @param error Why the last attempt failed or the connection was lost.
   * @param most The time that is left for attempts, in milliseconds.
   * @returns Milliseconds.
   */
  nextDelay(error: unknown, most: number): number {
    const { firstDelay = 250, maxDelay = 15_000 } = this.#options;
    const doublings = Math.min(this.#failures++, MAX_DOUBLINGS);
    const ceiling = Math.min(maxDelay, firstDelay * 2 ** doublings);
    const random = this.#random();
    const code = error instanceof ConnectionException && error.closeCode;
    const asked = ASKED_MS + Math.max(0, maxDelay - ASKED_MS) * random;
    // If the server asks for more time than is left, the usual delay is used.
    const asks = ASKS_FOR_TIME.has(code) && asked < most;
    return Math.max(0, Math.min(asks ? asked : ceiling * random, most));
  }
}

/** Whether another attempt to connect may succeed. */
function mayRecover(error: unknown): boolean {
  return !(error instanceof AuthenticationException ||
    error instanceof ProtocolException ||
    error instanceof ValidationException ||
    error instanceof TypeError || error instanceof RangeError);
}
