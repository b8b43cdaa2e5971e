/** How far apart marks are at least, so that small chunks need few. */
const MARK_BYTES = 1024;

interface Mark {
  /** Bytes that were made of the source by then. */
  readonly made: number;
  /** Bytes of the source by then. */
  readonly read: number;
}

/**
 * Tells how many bytes of a source stand behind a number of bytes that were
 * made of it: text that is transcoded changes its length.
 */
export class SourceBytes {
  readonly #marks: Mark[] = [];
  #done: Mark = { made: 0, read: 0 };
  #last: Mark = { made: 0, read: 0 };

  /** So many bytes were read, and so many made of them. */
  add(read: number, made: number): void {
    const { made: before } = this.#marks.at(-1) ?? this.#done;
    if (this.#last.made - before >= MARK_BYTES) this.#marks.push(this.#last);
    this.#last = { made: this.#last.made + made, read: this.#last.read + read };
  }

  /** The bytes behind the first `made` bytes; never asked for fewer. */
  behind(made: number): number {
    const { made: all, read } = this.#last;
    if (made >= all) return read;
    while (this.#marks.length > 0 && this.#marks[0]!.made <= made) {
      this.#done = this.#marks.shift()!;
    }
    const next = this.#marks[0] ?? this.#last;
    const from = this.#done;
    const part = (made - from.made) / (next.made - from.made);
    return from.read + Math.floor(part * (next.read - from.read));
  }
}
