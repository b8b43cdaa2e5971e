import { storePathBelowRoot } from "../protocol/store_path.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { openFile } from "./_file_calls.ts";
import { FileReader } from "./_file_reader.ts";
import { frameBytesOf, wholeNumber } from "./_numbers.ts";

/** The most that engines give at once (protocol §1.2). */
const MAX_READ_BYTES = 4 * 1024 * 1024;
/** At 10 ms a round trip as fast as four reads of 512 KiB in flight were. */
const DEFAULT_READ_BYTES = 2 * 1024 * 1024;
const DEFAULT_READ_AHEAD = 1;
const MAX_READ_AHEAD = 64;

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
  const { offset = 0, length = Infinity, signal } = options;
  const place = storePathBelowRoot(path);
  wholeNumber("offset", offset, 0, Number.MAX_SAFE_INTEGER);
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
