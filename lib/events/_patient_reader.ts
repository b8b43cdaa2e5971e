import { type Clock, deferred, ignore } from "../async.ts";

/** Reads a stream with a limit to each wait; a chunk that comes later is kept. */
export class PatientReader<T> {
  readonly #reader: ReadableStreamDefaultReader<T>;
  readonly #clock: Clock;
  #reading: Promise<void> | undefined;
  #take: (() => ReadableStreamReadResult<T>) | undefined;
  #wake: () => void = ignore;

  constructor(stream: ReadableStream<T>, clock: Clock) {
    this.#reader = stream.getReader();
    this.#clock = clock;
  }

  /**
   * Read the next chunk.
   *
   * @param ms How long to wait for it, in milliseconds.
   * @returns What was read, or `undefined` if nothing came in time.
   * @throws What the stream errors with.
   */
  async read(ms: number): Promise<ReadableStreamReadResult<T> | undefined> {
    this.#reading ??= this.#start();
    if (!this.#take) {
      const gate = deferred<void>();
      const stop = this.#clock.after(ms, gate.resolve, { ref: false });
      this.#wake = gate.resolve;
      await gate.promise;
      stop();
    }
    const take = this.#take;
    if (!take) return undefined;
    this.#reading = this.#take = undefined;
    return take();
  }

  /** Cancel the stream. */
  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }

  async #start(): Promise<void> {
    try {
      const result = await this.#reader.read();
      this.#take = () => result;
    } catch (error) {
      this.#take = () => {
        throw error;
      };
    }
    this.#wake();
  }
}
