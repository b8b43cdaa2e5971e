import type { Clock } from "../../async.ts";

const INTERVAL_MS = 1_000;

/** What a status feed needs. */
export interface StatusFeedOptions {
  /** Where time comes from. */
  readonly clock: Clock;
  /** Whether anybody would receive an update at this moment. */
  wanted(): boolean;
  /** Send the status as it is now. */
  send(): void;
}

/**
 * Sends a status at most once a second, however often it changes, and at once
 * when it matters. Idle while nobody watches.
 */
export class StatusFeed {
  readonly #options: StatusFeedOptions;
  #sentAt = -INTERVAL_MS;
  #cancel: (() => void) | undefined;

  /** Make a feed that has sent nothing yet. */
  constructor(options: StatusFeedOptions) {
    this.#options = options;
  }

  /** Something changed: send it with the next update. */
  changed(): void {
    const { clock, wanted } = this.#options;
    if (this.#cancel || !wanted()) return;
    const wait = this.#sentAt + INTERVAL_MS - clock.now();
    if (wait <= 0) return this.flush();
    this.#cancel = clock.after(wait, () => this.flush());
  }

  /** Send now. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#sentAt = this.#options.clock.now();
    this.#options.send();
  }
}
