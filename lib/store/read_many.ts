import { isRecord } from "../../schema/json.ts";
import { pullStream } from "../async.ts";
import { concat } from "../bytes.ts";
import { checkOptions, wholeNumber } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import { classifyFailure } from "../protocol/failure.ts";
import { storePathBelowRoot } from "../protocol/store_path.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import { byGeneration } from "../session/generation.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { unreadable } from "./file_calls.ts";
import { readFile } from "./read_file.ts";
import { STORE_FAILURES, storeCall, succeeded } from "./store_call.ts";

/** What became of one of the files of {@linkcode readMany}. */
export type StoredFile =
  | {
    /** The file. */
    readonly path: string;
    /** Whether it could be read. */
    readonly ok: true;
    /** What is in it. */
    readonly data: Uint8Array<ArrayBuffer>;
  }
  | {
    /** The file. */
    readonly path: string;
    /** Whether it could be read. */
    readonly ok: false;
    /** Why not; `file-not-found` if there is no such file. */
    readonly error: RocketRideException;
  };

/** Options of {@linkcode readMany}. */
export interface ReadManyOptions extends CallOptions {
  /**
   * How many files one request asks for, 1 to 256. Servers give at most 32 MiB
   * at once, so ask for fewer files where they are large.
   *
   * @default {256}
   */
  readonly batchSize?: number | undefined;
}

/** The most files that servers give at once. */
const MAX_FILES = 256;

/**
 * Read many small files of the store with few requests.
 *
 * A request is made when the consumer has read the files of the one before, so
 * that no more than the files of one request are held. Servers from 1.4 on give
 * many files at once; on older ones each file is read by itself. Large files
 * are for {@linkcode readFile}.
 *
 * @param session A session from {@linkcode connect}.
 * @param paths The files, from the root of the store, with `/` between names.
 * @param options See {@linkcode ReadManyOptions}; `signal` ends the stream,
 * and `timeout` is for each request.
 * @returns What became of each file, in the order of the paths. Errors when a
 * request fails, not when a file is missing.
 * @throws {ValidationException} A path cannot be one. Nothing was sent.
 * @throws {RangeError} `batchSize` is out of range. Nothing was sent.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readMany, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "one.txt", "1");
 * const sizes: unknown[] = [];
 * for await (const file of readMany(session, ["one.txt", "none.txt"])) {
 *   sizes.push(file.ok ? file.data.length : file.error.code);
 * }
 * assertEquals(sizes, [1, "file-not-found"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function readMany(
  session: Session,
  paths: Iterable<string>,
  options: ReadManyOptions = {},
): ReadableStream<StoredFile> {
  checkOptions(options, "readMany(session, paths, { batchSize })", {
    batchSize: 1,
    signal: 1,
    timeout: 1,
  });
  if (typeof paths === "string" || !paths?.[Symbol.iterator]) {
    throw new TypeError("Expected a list of paths");
  }
  const core = coreOf(session);
  const { batchSize = MAX_FILES, ...waiting } = options;
  const size = wholeNumber("batchSize", batchSize, 1, MAX_FILES);
  const places = [...paths].map((path) => [path, storePathBelowRoot(path)]);
  let files: StoredFile[] = [];
  return pullStream(options.signal, (signal) => ({
    async next(): Promise<StoredFile | undefined> {
      if (files.length === 0 && places.length > 0) {
        const batch = places.splice(0, size);
        const read = await readBatch(core, batch.map(([, at]) => at!), {
          ...waiting,
          signal,
        });
        // As the caller wrote them.
        files = read.map((file, at) => ({ ...file, path: batch[at]![0]! }));
      }
      return files.shift();
    },
  }));
}

const byRequests = byGeneration("unknown-command");

async function readBatch(
  core: SessionCore,
  paths: readonly string[],
  options: CallOptions,
): Promise<StoredFile[]> {
  return await byRequests(core, async () => {
    const args = { subcommand: "fs_read_many", paths };
    const request = { command: "rrext_store", arguments: args };
    const response = succeeded(await core.request(request, options));
    const { entries } = response.body ?? {};
    return filesIn(paths, entries, response.arguments?.data);
  }, async () => {
    const files: StoredFile[] = [];
    for (const path of paths) files.push(await readOne(core, path, options));
    return files;
  });
}

/** What files may be refused with while others can still be read. */
const OF_A_FILE = /^(?:file-|invalid-path$|permission-denied$|request-failed$)/;

async function readOne(
  core: SessionCore,
  path: string,
  options: CallOptions,
): Promise<StoredFile> {
  try {
    const reader = (await readFile(core, path, options)).getReader();
    const chunks: Uint8Array[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
    }
    const data = concat(chunks) as Uint8Array<ArrayBuffer>;
    return { path, ok: true, data };
  } catch (error) {
    const isFile = error instanceof RocketRideException &&
      OF_A_FILE.test(error.code);
    if (isFile) return { path, ok: false, error };
    throw error;
  }
}

/** The bytes of the number before each file. */
const LENGTH_BYTES = 4;

/**
 * Take an answer apart: a record for each path, in order, and in one payload
 * for each record, failed ones too, a length and as many bytes.
 *
 * @throws {ProtocolException} It is something else, or records and payload do
 * not fit each other.
 */
function filesIn(
  paths: readonly string[],
  entries: unknown,
  payload: unknown,
): StoredFile[] {
  if (!Array.isArray(entries) || entries.length !== paths.length) {
    throw unreadable(`${paths.length} files`);
  }
  const bytes = payload instanceof Uint8Array ? payload : new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const files = entries.map((entry: unknown, index): StoredFile => {
    if (at + LENGTH_BYTES > bytes.length) {
      throw unreadable(`the length of file ${index + 1} of ${paths.length}`);
    }
    const length = view.getUint32(at);
    const start = at + LENGTH_BYTES;
    at = start + length;
    if (at > bytes.length) {
      throw unreadable(`${length} bytes of file ${index + 1}, not fewer`);
    }
    const path = paths[index]!;
    const { ok, error } = isRecord(entry) ? entry : {};
    // A copy, so that one file does not hold the memory of all.
    if (ok === true) return { path, ok, data: bytes.slice(start, at) };
    const text = typeof error === "string" && error
      ? error
      : `Engine could not read "${path}"`;
    const kind = classifyFailure(text, STORE_FAILURES);
    return { path, ok: false, error: new RocketRideException(text, kind) };
  });
  if (at === bytes.length) return files;
  throw unreadable(`the end of the files, not ${bytes.length - at} bytes more`);
}

/** Options of {@linkcode getUrl}. */
export interface GetUrlOptions extends CallOptions {
  /**
   * For how many seconds the address is valid.
   *
   * @default {3_600}
   */
  readonly expiresIn?: number | undefined;
  /**
   * The name that browsers save the file under.
   *
   * @default {its own}
   */
  readonly downloadName?: string | undefined;
}

/**
 * Get an address that a file of the store can be fetched from without a
 * credential, for example by a browser.
 *
 * Servers from 1.4 on have it; older ones refuse (`unknown-command`). Official
 * clients call it `fsGetUrl`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param options See {@linkcode GetUrlOptions}.
 * @returns The address. Whoever has it can read the file: keep it safe.
 * @throws {ValidationException} The path cannot be one. Nothing was sent.
 * @throws {RangeError} `expiresIn` is no whole number above 0. Nothing was
 * sent.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getUrl(
  session: Session,
  path: string,
  options: GetUrlOptions = {},
): Promise<string> {
  checkOptions(options, "getUrl(session, path, { expiresIn })", {
    expiresIn: 1,
    downloadName: "string",
    signal: 1,
    timeout: 1,
  });
  const { expiresIn = 3_600, downloadName, ...waiting } = options;
  const { url } = await storeCall(session, {
    subcommand: "fs_geturl",
    path: storePathBelowRoot(path),
    expires_in: wholeNumber("expiresIn", expiresIn, 1),
    download_name: downloadName ?? null,
  }, waiting);
  if (typeof url === "string" && url !== "") return url;
  throw unreadable("an address");
}
