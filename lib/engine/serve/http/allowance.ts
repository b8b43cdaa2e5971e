import { RocketRideException } from "../../../errors.ts";

/** How many bytes of requests may be held at once, whoever sent them. */
export class Allowance {
  readonly #most: number;
  #taken = 0;

  /** Allow `most` bytes. */
  constructor(most: number) {
    this.#most = most;
  }

  /** A part of it, which a request takes bit by bit and gives back at once. */
  hold(): Hold {
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

/** What a request holds. */
export interface Hold {
  /**
   * Hold more.
   *
   * @throws {Busy} All requests together hold as much as they may.
   */
  take(bytes: number): void;
  /** Hold nothing any more. */
  end(): void;
}

/** There is no room for a request at the moment. */
export class Busy extends RocketRideException {
  /** Make one. */
  constructor() {
    super("Too much is held for other requests: try again later", {
      retryable: true,
    });
  }
}
