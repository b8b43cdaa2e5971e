import { checkOptions } from "../check.ts";
import { ignore } from "../async.ts";
import {
  AcknowledgedWriter,
  byteQueue,
  sinkOf,
} from "../pipe/acknowledged_writer.ts";
import { Chunker } from "../pipe/chunker.ts";
import type { PipeChunk } from "../pipe/options.ts";
import { storePathBelowRoot } from "../protocol/store_path.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import type { Payload } from "../transport/transport.ts";
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
  if (typeof options === "string") {
    throw new TypeError("Cannot write a string with writeFile: use writeText");
  }
  checkWriteOptions(options, "writeFile(session, path, { frameBytes })");
  const { writer, frameBytes } = await openWriter(session, path, options);
  return new WritableStream(sinkOf(writer), byteQueue(frameBytes));
}

/** Throws unless these are options of a function that writes a file. */
export function checkWriteOptions(
  options: WriteFileOptions,
  usage: string,
): void {
  checkOptions(options, usage, { frameBytes: 1, signal: 1, timeout: 1 });
}

/**
 * Writes a file that is open on the engine. Writes say no offset, so that one
 * at a time is with the engine.
 */
class FileWriter extends AcknowledgedWriter<void> {
  readonly #calls: FileCalls;

  constructor(core: SessionCore, calls: FileCalls, frameBytes: number) {
    const mimeType = "application/octet-stream";
    super(core, new Chunker({ mimeType, frameBytes }));
    this.#calls = calls;
  }

  override write(chunk: PipeChunk): void | Promise<void> {
    if (chunk instanceof Uint8Array) return super.write(chunk);
    const error = new TypeError(
      "Cannot write to a file: expected a Uint8Array",
    );
    this.fail(error);
    throw error;
  }

  protected override sendWrite(payload: Payload): Promise<void> {
    const { length } = "payload" in payload ? payload.payload : payload;
    return this.#calls.write(payload, length);
  }

  protected override sendClose(): Promise<void> {
    const closed = this.#calls.close();
    // A close that is refused has released the handle all the same.
    this.released = closed.catch(ignore);
    return closed;
  }

  protected override sendRelease(): Promise<void> {
    return this.#calls.release();
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
  const writer = new FileWriter(core, calls, frameBytes);
  writer.attach(options.signal);
  return { writer, frameBytes };
}
