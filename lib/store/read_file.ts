import { checkOptions, type OptionNames, wholeNumber } from "../check.ts";
import { ignore, type MaybeSignal, onAbort } from "../async.ts";
import { ConnectionException, RocketRideException } from "../errors.ts";
import { storePathBelowRoot } from "../protocol/store_path.ts";
import type { Attachment } from "../session/attachments.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { type FileCalls, frameBytesOf, openFile } from "./file_calls.ts";

/** The most that engines give at once. */
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** At 10 ms a round trip as fast as four reads of 512 KiB in flight were. */
const DEFAULT_READ_BYTES = 2 * 1024 * 1024;
const DEFAULT_READ_AHEAD = 1;
const MAX_READ_AHEAD = 64;

/** The options of `readFile`. */
export const READ_NAMES: OptionNames<ReadFileOptions> = {
  offset: 1,
  length: 1,
  frameBytes: 1,
  readAhead: 1,
  signal: 1,
  timeout: 1,
};

/** Options of {@linkcode readFile}. */
export interface ReadFileOptions extends CallOptions {
  /**
   * The first byte to read.
   *
   * @default {0}
   */
  readonly offset?: number | undefined;
  /**
   * How many bytes to read; fewer where the file ends before.
   *
   * @default {Infinity}
   */
  readonly length?: number | undefined;
  /**
   * The greatest size of a chunk in bytes, 4 KiB to 4 MiB. One read is in
   * flight at a time, so more is faster where a round trip takes long.
   *
   * @default {2_097_152}
   */
  readonly frameBytes?: number | undefined;
  /**
   * How many chunks are read before the consumer wants them, 1 to 64. More
   * helps a consumer that comes in bursts; a stream holds at most this many
   * times `frameBytes`.
   *
   * @default {1}
   */
  readonly readAhead?: number | undefined;
}

/**
 * Read a file of the store as a stream.
 *
 * Resolves when the engine has opened the file, so that one that is missing
 * rejects here, not later in the stream. The first bytes are asked for when
 * the consumer reads; from then on the next chunk is read while one is
 * consumed, one after the other. The file is closed on the engine when the
 * stream ends, is cancelled or errors; so read it to its end, or cancel it.
 *
 * A connection that drops errors the stream, and so does a file that is made
 * shorter meanwhile. What is appended meanwhile is not read.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param options See {@linkcode ReadFileOptions}; `signal` ends the stream,
 * too, and `timeout` is for each request.
 * @returns The stream.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {RangeError} A number is out of range. Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example since there is
 * no such file.
 * @throws What {@linkcode request} throws.
 *
 * @example Answer a request with a file
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readFile, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "reports/today.csv", "id,name\n1,Ada\n");
 *
 * const response = new Response(await readFile(session, "reports/today.csv"));
 * assertEquals(await response.text(), "id,name\n1,Ada\n");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function readFile(
  session: Session,
  path: string,
  options: ReadFileOptions = {},
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  checkOptions(options, "readFile(session, path, { offset })", READ_NAMES);
  const { offset = 0, length = Infinity, signal } = options;
  const place = storePathBelowRoot(path);
  wholeNumber("offset", offset, 0);
  wholeNumber("length", length, 0, Infinity);
  const frameBytes = frameBytesOf(
    options.frameBytes,
    DEFAULT_READ_BYTES,
    MAX_READ_BYTES,
  );
  const readAhead = wholeNumber(
    "readAhead",
    options.readAhead ?? DEFAULT_READ_AHEAD,
    1,
    MAX_READ_AHEAD,
  );
  const core = coreOf(session);
  const calls = await openFile(core, place, "r", options);
  const size = calls.size ?? Infinity;
  const reader = new FileReader(core, {
    calls,
    signal,
    offset,
    end: Math.max(offset, Math.min(size, offset + length)),
    isThere: calls.size !== undefined,
    frameBytes,
    readAhead,
  });
  return new ReadableStream(reader, { highWaterMark: 0 });
}

/** What a reader works with. */
interface FileReaderOptions {
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
class FileReader
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

  /** All is delivered; the stream ends when the server has closed the file. */
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
