import type { Clock } from "../../async.ts";

/** What an idle watch needs. */
export interface IdleWatchOptions {
  /** Where time comes from. */
  readonly clock: Clock;
  /** Milliseconds of idleness that are allowed; 0 for no limit. */
  readonly limit: number;
  /** Whether something is going on that counts as not idle. */
  isBusy(): boolean;
  /** Called once, when the limit has passed. */
  onIdle(): void;
}

/**
 * Tells when nothing has happened for a while.
 *
 * `touch` only notes the time; a single timer looks at it, so activity costs
 * nothing. The timer does not keep a process alive.
 */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  #touched: number;
  #cancel: (() => void) | undefined;

  /** Begin to watch, unless the limit is 0. */
  constructor(options: IdleWatchOptions) {
    this.#options = options;
    this.#touched = options.clock.now();
    if (options.limit > 0) this.#look(options.limit);
  }

  /** Milliseconds since something happened. */
  get idle(): number {
    const { clock, isBusy } = this.#options;
    return isBusy() ? 0 : clock.now() - this.#touched;
  }

  /** Something happened. */
  touch(): void {
    this.#touched = this.#options.clock.now();
  }

  /** Watch no longer. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #look(ms: number): void {
    const { clock, limit, isBusy, onIdle } = this.#options;
    const check = (): void => {
      if (isBusy()) this.touch();
      const left = this.#touched + limit - clock.now();
      if (left > 0) this.#look(left);
      else onIdle();
    };
    this.#cancel = clock.after(ms, check, { ref: false });
  }
}
