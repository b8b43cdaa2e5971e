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
  /** Reads that are with the engine at once. */
  readonly readAhead: number;
}

/** A part of the file that was asked for. */
interface Part {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a file that is open on the engine: some parts ahead of who consumes
 * them, in any order of answers, and delivers them in the order of the file.
 * The first read waits until somebody wants something.
 */
export class FileReader
  implements Attachment, UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #core: SessionCore;
  readonly #options: FileReaderOptions;
  readonly #ahead: Part[] = [];
  /** Gives the reads up that are with the engine. */
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
      this.#askAhead();
      const part = this.#ahead.shift();
      const bytes = await part?.bytes;
      if (this.#isOver) return;
      if (part && bytes) this.#deliver(part, bytes);
      if (this.#ahead.length > 0 || this.#next < this.#options.end) return;
      await this.#finish();
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

  #askAhead(): void {
    const { end, frameBytes, isThere, readAhead } = this.#options;
    // Where the file's end is unknown, the next part may be behind it.
    const most = isThere ? readAhead : 1;
    while (this.#ahead.length < most && this.#next < end) {
      const length = Math.min(frameBytes, end - this.#next);
      this.#ahead.push(this.#ask(this.#next, length));
      this.#next += length;
    }
  }

  #ask(offset: number, length: number): Part {
    const { signal } = this.#stop;
    const bytes = this.#options.calls.read(offset, length, signal);
    // Whoever waits for its turn hears of it; nobody may be left to.
    bytes.catch(ignore);
    return { offset, length, bytes };
  }

  #deliver(part: Part, bytes: Uint8Array<ArrayBuffer>): void {
    const { end, isThere, offset } = this.#options;
    const at = part.offset + bytes.length;
    if (!isThere) {
      this.#next = bytes.length === 0 ? end : at;
    } else if (bytes.length === 0) {
      throw new RocketRideException(
        `File ended after ${at - offset} of ${end - offset} bytes`,
        {
          code: "file-not-readable",
          hint: "Somebody has made it shorter while it was read",
        },
      );
    } else if (bytes.length < part.length) {
      // Engines may give less than they are asked for.
      this.#ahead.unshift(this.#ask(at, part.length - bytes.length));
    }
    if (bytes.length > 0) this.#controller?.enqueue(bytes);
    this.#askAhead();
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
