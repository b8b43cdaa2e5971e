import { checkOptions } from "../check.ts";
import {
  type Deferred,
  deferred,
  ignore,
  type MaybeSignal,
  onAbort,
  within,
} from "../async.ts";
import { ConnectionException } from "../errors.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import { storePathBelowRoot } from "../protocol/store_path.ts";
import type { Attachment } from "../session/attachments.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { type FileCalls, frameBytesOf, openFile } from "./file_calls.ts";

/** Options of {@linkcode writeFile}. */
export interface WriteFileOptions extends CallOptions {
  /**
   * The greatest payload of a write in bytes, 4 KiB to 16 MiB. One write is in
   * flight at a time, so more is faster where a round trip takes long; the
   * stream holds this much.
   *
   * @default {1_048_576}
   */
  readonly frameBytes?: number | undefined;
}

/**
 * Write a file of the store from a stream, in the place of one that is there;
 * directories above it are made.
 *
 * Resolves when the engine has opened the file: a path that another client is
 * writing to rejects here. Chunks are gathered into frames,
 * one of which is with the engine at a time; a write settles when its chunk has
 * been taken into one. Once `close()` has resolved the engine has all of it.
 *
 * When the stream is aborted, or a write fails, the file is closed on the
 * engine, and a connection that drops errors the stream. The embedded engine
 * then keeps what was there before. Real servers cannot: they empty a file when
 * it is opened, and what had arrived stays in it.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param options See {@linkcode WriteFileOptions}; `signal` ends the stream,
 * too, and `timeout` is for each request.
 * @returns The stream.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {RangeError} `frameBytes` is out of range. Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example because another
 * client is writing the file.
 * @throws What {@linkcode request} throws.
 *
 * @example Keep a fetch body
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { stat, writeFile } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const { body } = await fetch("data:text/csv,id,name%0A1,Ada");
 * await body!.pipeTo(await writeFile(session, "people.csv"));
 * assertEquals((await stat(session, "people.csv"))?.size, 13);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function writeFile(
  session: Session,
  path: string,
  options: WriteFileOptions = {},
): Promise<WritableStream<Uint8Array>> {
  checkWriteOptions(options, "writeFile(session, path, { frameBytes })");
  const { writer, frameBytes } = await openWriter(session, path, options);
  return new WritableStream(writer, {
    highWaterMark: frameBytes,
    size: sizeOf,
  });
}

/** Throws unless these are options of a function that writes a file. */
export function checkWriteOptions(
  options: WriteFileOptions,
  usage: string,
): void {
  checkOptions(options, usage, { frameBytes: 1, signal: 1, timeout: 1 });
}

/** Always a number: a stream whose size function returns none fails. */
function sizeOf(chunk: Uint8Array): number {
  const size = chunk?.byteLength;
  return size >= 0 ? size : 1;
}

/** How long the release of a handle waits for the write in flight. */
const DRAIN_MS = 5_000;

/** What a writer works with. */
interface FileWriterOptions {
  readonly calls: FileCalls;
  readonly signal: MaybeSignal;
  readonly frameBytes: number;
}

/**
 * Writes a file that is open on the engine. Writes say no offset, so that one
 * at a time is with the engine; chunks gather meanwhile.
 */
class FileWriter implements Attachment, UnderlyingSink<Uint8Array> {
  readonly #core: SessionCore;
  readonly #calls: FileCalls;
  #buffer: FrameBuffer;
  readonly #failed = deferred<never>();
  #detach: () => void = ignore;
  #failure: { readonly reason: unknown } | undefined;
  /** The request in flight; rejects early if the stream fails. */
  #flight: Deferred<void> | undefined;
  /** The answer itself, even if the stream has failed. */
  #answer: Promise<void> = Promise.resolve();
  #released: Promise<void> | undefined;

  constructor(core: SessionCore, options: FileWriterOptions) {
    this.#core = core;
    this.#calls = options.calls;
    this.#buffer = new FrameBuffer(options.frameBytes);
    core.attachments.add(this);
    this.#detach = onAbort(options.signal, (reason) => this.#fail(reason));
  }

  start(controller: WritableStreamDefaultController): void {
    // Asynchronously: `abort` would find the stream errored, and return
    // before the server has closed the file.
    this.#failed.promise.catch((error) => controller.error(error));
    // Fires at once; the `abort` below waits for the write in flight.
    controller.signal.addEventListener("abort", () => {
      this.#fail(controller.signal.reason);
    }, { once: true });
  }

  /** Take a chunk; settles when it has been taken into a frame. */
  async write(chunk: Uint8Array): Promise<void> {
    try {
      if (!(chunk instanceof Uint8Array)) {
        throw new TypeError("Cannot write to a file: expected a Uint8Array");
      }
      let rest = chunk;
      for (;;) {
        this.#check();
        rest = rest.subarray(this.#buffer.append(rest));
        this.#send();
        if (rest.length === 0) return;
        if (this.#buffer.room === 0) await this.#flight?.promise;
      }
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Write what is left and close the file. */
  async close(): Promise<void> {
    try {
      while (this.#flight || this.#buffer.length > 0) {
        this.#send();
        await this.#flight?.promise;
      }
      this.#check();
      const closed = this.#track(this.#calls.close());
      // One that is refused has released the handle all the same.
      this.#released = this.#answer.catch(ignore);
      await closed;
      this.#end();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Discard the rest; resolves when the server has closed the file. */
  async abort(reason: unknown): Promise<void> {
    this.#fail(reason);
    await this.#released;
  }

  release(): Promise<void> {
    return this.abort(
      new ConnectionException("Session was closed while the file was written", {
        code: "connection-closed",
        sent: true,
      }),
    );
  }

  lost(reason: unknown): void {
    this.#released ??= Promise.resolve();
    this.#fail(reason);
  }

  /** Send what has gathered, unless something is in flight. */
  #send(): void {
    const { length } = this.#buffer;
    if (this.#flight || length === 0) return;
    this.#check();
    this.#buffer.cut(length);
    const answered = this.#track(this.#calls.write(this.#buffer, length));
    answered.then(() => this.#send()).catch((error) => this.#fail(error));
    // `send` has copied the bytes.
    this.#buffer.drop();
  }

  /** Wait for an answer, but no longer than the stream lives. */
  #track(answer: Promise<void>): Promise<void> {
    const flight = this.#flight = deferred<void>();
    this.#answer = answer;
    answer.then(() => {
      if (this.#flight === flight) this.#flight = undefined;
      flight.resolve();
    }, (error) => this.#fail(error));
    return flight.promise;
  }

  #check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  #fail(reason: unknown): void {
    if (this.#failure) return;
    this.#failure = { reason };
    this.#failed.reject(reason);
    this.#flight?.reject(reason);
    this.#flight = undefined;
    this.#released ??= this.#release();
    this.#end();
  }

  /** Close the handle after the write in flight, which it could overtake. */
  async #release(): Promise<void> {
    const { clock } = this.#core.settings;
    await within(clock, DRAIN_MS, this.#answer, { ref: false });
    await this.#calls.release();
  }

  #end(): void {
    // A reference to the stream must not keep its buffer alive.
    this.#buffer = new FrameBuffer(0);
    this.#detach();
    const done = (): unknown => this.#core.attachments.delete(this);
    this.#released?.then(done);
  }
}

const DEFAULT_FRAME_BYTES = 1024 * 1024;
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Check everything that can be checked, then open a file for writing. */
export async function openWriter(
  session: Session,
  path: string,
  options: WriteFileOptions,
): Promise<{ readonly writer: FileWriter; readonly frameBytes: number }> {
  const place = storePathBelowRoot(path);
  const frameBytes = frameBytesOf(
    options.frameBytes,
    DEFAULT_FRAME_BYTES,
    MAX_FRAME_BYTES,
  );
  const core = coreOf(session);
  const calls = await openFile(core, place, "w", options);
  const { signal } = options;
  const writer = new FileWriter(core, { calls, signal, frameBytes });
  return { writer, frameBytes };
}
