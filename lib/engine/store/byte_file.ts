const FIRST_BLOCK_BYTES = 4 * 1024;
/** Files grow by blocks, so that a large one is never copied to grow. */
const BLOCK_BYTES = 256 * 1024;

/** The content of a file in memory: bytes that are appended and read. */
export class ByteFile {
  /** All but the last are full. */
  #blocks: Uint8Array[] = [];
  #size = 0;
  /** When it was last written to, in Unix seconds. */
  modified: number = Date.now() / 1_000;

  /** Bytes that it has. */
  get size(): number {
    return this.#size;
  }

  /** Copy bytes behind the last ones. */
  append(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const used = this.#size % BLOCK_BYTES;
      const count = Math.min(rest.length, BLOCK_BYTES - used);
      this.#block(used, count).set(rest.subarray(0, count), used);
      this.#size += count;
      rest = rest.subarray(count);
    }
    this.modified = Date.now() / 1_000;
  }

  /** Copies up to `length` bytes from `offset`; none at the end. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.#size);
    const result = new Uint8Array(Math.max(0, end - offset));
    let at = offset;
    while (at < end) {
      const block = this.#blocks[Math.floor(at / BLOCK_BYTES)]!;
      const from = at % BLOCK_BYTES;
      const part = block.subarray(from, Math.min(BLOCK_BYTES, from + end - at));
      result.set(part, at - offset);
      at += part.length;
    }
    return result;
  }

  /** Set the time of the last change to now. */
  touch(): void {
    this.modified = Date.now() / 1_000;
  }

  /** Forget everything. */
  empty(): void {
    this.#blocks = [];
    this.#size = 0;
    this.modified = Date.now() / 1_000;
  }

  /** The block that the next bytes go to, with room for `count` more. */
  #block(used: number, count: number): Uint8Array {
    if (used === 0) {
      const block = new Uint8Array(roomFor(count));
      this.#blocks.push(block);
      return block;
    }
    const last = this.#blocks.length - 1;
    const block = this.#blocks[last]!;
    if (block.length >= used + count) return block;
    const grown = new Uint8Array(roomFor(used + count));
    grown.set(block.subarray(0, used));
    this.#blocks[last] = grown;
    return grown;
  }
}

/** The next power of two, so that many small writes copy little. */
function roomFor(bytes: number): number {
  let room = FIRST_BLOCK_BYTES;
  while (room < bytes) room *= 2;
  return Math.min(room, BLOCK_BYTES);
}
