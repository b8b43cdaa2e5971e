import { type MaybeSignal, onAbort } from "../_abort.ts";
import { ignore } from "../_deferred.ts";
import { ConnectionException, RocketRideException } from "../errors.ts";
import type { Attachment } from "../session/attachment.ts";
import type { SessionCore } from "../session/core.ts";
import type { FileCalls } from "./_file_calls.ts";

/** What a reader works with. */
export interface FileReaderOptions {
  readonly calls: FileCalls;
  readonly signal: MaybeSignal;
  /** The first byte that is wanted. */
  readonly offset: number;
  /** The first byte that is not wanted. */
  readonly end: number;
  /** Whether the file is known to have all of that. */
  readonly isThere: boolean;
  readonly frameBytes: number;
  /** Chunks that are read before the consumer wants them. */
  readonly readAhead: number;
}

/**
 * Reads a file that is open on the server, some chunks ahead of the consumer.
 * The first read waits until the consumer pulls.
 *
 * One read is in flight at a time: servers handle every request as a task of
 * its own, and seek before they read, so two reads in flight on one handle get
 * the wrong bytes.
 */
export class FileReader
  implements Attachment, UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #core: SessionCore;
  readonly #options: FileReaderOptions;
  /** Chunks that were read and wait for the consumer. */
  readonly #ahead: Uint8Array<ArrayBuffer>[] = [];
  /** The read in flight; settles when its bytes are in `#ahead`. */
  #reading: Promise<void> | undefined;
  /** Gives up the read that is in flight. */
  readonly #stop: AbortController = new AbortController();
  #detach: () => void = ignore;
  #controller:
    | ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
    | undefined;
  /** The next byte to ask for. */
  #next: number;
  #isOver = false;
  #failure: { readonly reason: unknown } | undefined;
  #released: Promise<void> | undefined;

  constructor(core: SessionCore, options: FileReaderOptions) {
    this.#core = core;
    this.#options = options;
    this.#next = options.offset;
    core.attachments.add(this);
    this.#detach = onAbort(options.signal, (reason) => this.#fail(reason));
  }

  start(
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): void {
    this.#controller = controller;
    if (this.#failure) controller.error(this.#failure.reason);
  }

  async pull(): Promise<void> {
    try {
      this.#readOn();
      while (this.#ahead.length === 0 && this.#reading) await this.#reading;
      if (this.#isOver) return;
      const bytes = this.#ahead.shift();
      if (bytes) this.#controller?.enqueue(bytes);
      this.#readOn();
      if (this.#ahead.length === 0 && !this.#reading) await this.#finish();
    } catch (error) {
      this.#fail(error);
    }
  }

  async cancel(reason: unknown): Promise<void> {
    this.#end(reason);
    this.#released ??= this.#release();
    await this.#released;
  }

  async release(): Promise<void> {
    this.#fail(
      new ConnectionException("Session was closed while the file was read", {
        code: "connection-closed",
        sent: true,
      }),
    );
    await this.#released;
  }

  lost(reason: unknown): void {
    this.#released ??= Promise.resolve();
    this.#fail(reason);
  }

  /** Read the next chunk, unless enough of them wait. */
  #readOn(): void {
    const { end, readAhead } = this.#options;
    const isDue = !this.#isOver && this.#next < end;
    if (this.#reading || !isDue || this.#ahead.length >= readAhead) return;
    const reading = this.#reading = this.#readChunk().then(() => {
      this.#reading = undefined;
      this.#readOn();
    });
    // The next pull sees the failure; there may be none.
    reading.catch(ignore);
  }

  async #readChunk(): Promise<void> {
    const { calls, end, frameBytes, isThere, offset } = this.#options;
    const length = Math.min(frameBytes, end - this.#next);
    const { signal } = this.#stop;
    const bytes = await calls.read(this.#next, length, signal);
    if (this.#isOver) return;
    if (bytes.length > 0) {
      this.#next += bytes.length;
      this.#ahead.push(bytes);
    } else if (isThere) {
      throw new RocketRideException(
        `File ended after ${this.#next - offset} of ${end - offset} bytes`,
        {
          code: "file-not-readable",
          hint: "The file was made shorter while it was read",
        },
      );
    } else {
      this.#next = end;
    }
  }

  /** All is delivered: that the engine has let go is part of the end. */
  async #finish(): Promise<void> {
    this.#released ??= this.#release();
    await this.#released;
    if (this.#isOver) return;
    this.#end(undefined);
    this.#controller?.close();
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end(error);
    this.#failure = { reason: error };
    this.#controller?.error(error);
    this.#released ??= this.#release();
  }

  async #release(): Promise<void> {
    await this.#options.calls.release();
    this.#core.attachments.delete(this);
  }

  #end(reason: unknown): void {
    this.#isOver = true;
    this.#detach();
    this.#stop.abort(reason);
    this.#ahead.length = 0;
  }
}
