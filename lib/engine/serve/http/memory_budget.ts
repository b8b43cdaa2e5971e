import { RocketRideException } from "../../../errors.ts";

/** How many bytes of requests may be held at once, by all clients together. */
export class MemoryBudget {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** The share of one request, which takes bytes by and by and ends at once. */
  share(): BudgetShare {
    let mine = 0;
    return {
      take: (bytes) => {
        if (this.#taken + bytes > this.#most) throw new Busy();
        this.#taken += bytes;
        mine += bytes;
      },
      end: () => {
        this.#taken -= mine;
        mine = 0;
      },
    };
  }
}

/** What one request holds. */
export interface BudgetShare {
  /** Hold more; throws `Busy` when all requests together hold too much. */
  take(bytes: number): void;
  /** Give everything back. */
  end(): void;
}

/** There is no memory for a request at the moment. */
export class Busy extends RocketRideException {
  constructor() {
    super("Too much is held for other requests: try again later", {
      retryable: true,
    });
  }
}
