/** From how many addresses strangers may come at once. */
const MOST_ADDRESSES = 10_000;

/**
 * Bounds how many sockets of one address may be open without having logged
 * in, so that strangers cannot use up an engine.
 */
export class Doorway {
  readonly #most: number;
  readonly #inside: Map<string, number> = new Map();

  /** Make a doorway that holds `most` sockets of each address. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * A socket wants to come in.
   *
   * @param address Where it comes from.
   * @returns What to call when it has logged in or is gone, repeatedly if need
   * be; `undefined` when there is no room for it.
   */
  enter(address: string): (() => void) | undefined {
    const count = this.#inside.get(address) ?? 0;
    if (count >= this.#most) return undefined;
    if (count === 0 && this.#inside.size >= MOST_ADDRESSES) return undefined;
    this.#inside.set(address, count + 1);
    let isInside = true;
    return () => {
      if (isInside) this.#leave(address);
      isInside = false;
    };
  }

  #leave(address: string): void {
    const left = (this.#inside.get(address) ?? 1) - 1;
    if (left > 0) this.#inside.set(address, left);
    else this.#inside.delete(address);
  }
}
