/** Frames up to this size leave in one piece on every runtime (field F41). */
const SAFE_BELOW_BYTES = 1024;
/** Frames from this size on fill a loopback segment, so nothing is held back. */
const PADDED_BYTES = 64 * 1024;
/** A delayed acknowledgement takes at least this long. */
const STALL_MS = 35;

/**
 * Notices the delayed-acknowledgement stall of request–reply traffic on
 * loopback, and from then on says how far frames are to be padded.
 *
 * Deno's client writes a frame's header and payload apart above 1,024 bytes
 * and leaves Nagle's algorithm on; the peer delays its acknowledgement, so
 * every frame of up to about 64 KiB waits 44 ms (field F41). Filled up with
 * blanks, which JSON allows, the frame leaves at once. The stall is measured,
 * not guessed from the runtime's name: a pause that looks like it but is not
 * costs a copy of 64 KiB per small frame and nothing else.
 */
export class StallGuard {
  readonly #now: () => number;
  #sentAt = 0;
  #watching = false;
  #stalls = false;

  /** Watch a connection with a clock of milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The size to fill a frame of `bytes` up to; `bytes` itself when it is fine. */
  paddedSize(bytes: number): number {
    const exposed = bytes > SAFE_BELOW_BYTES && bytes < PADDED_BYTES;
    if (!exposed) {
      this.#watching = false;
      return bytes;
    }
    if (this.#stalls) return PADDED_BYTES;
    this.#watching = true;
    this.#sentAt = this.#now();
    return bytes;
  }

  /** Something arrived; if it answers a lone exposed frame, time it. */
  received(): void {
    if (!this.#watching) return;
    this.#watching = false;
    this.#stalls = this.#now() - this.#sentAt >= STALL_MS;
  }
}
