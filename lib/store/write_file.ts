import type { CallOptions, Session } from "../session/session.ts";
import { openWriter } from "./_open_writer.ts";

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
 * @throws {RocketRideException} The engine refused, for example since somebody
 * else is writing the file.
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
  const { writer, frameBytes } = await openWriter(session, path, options);
  return new WritableStream(writer, {
    highWaterMark: frameBytes,
    size: sizeOf,
  });
}

/** Always a size: a stream that is told none fails without asking its sink. */
function sizeOf(chunk: Uint8Array): number {
  const size = chunk?.byteLength;
  return size >= 0 ? size : 1;
}
