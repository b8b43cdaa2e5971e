import type { ResponseMessage } from "../../schema/envelope.ts";
import { ignore } from "../async.ts";
import {
  ConnectionException,
  ProtocolException,
  RocketRideException,
} from "../errors.ts";
import { wholeNumber } from "../check.ts";
import type { SessionCore } from "../session/core.ts";
import { type ByGeneration, byGeneration } from "../session/generation.ts";
import { succeeded } from "./store_call.ts";
import type { CallOptions } from "../session/session.ts";
import type { Payload } from "../transport/transport.ts";

/** How long the server may take to close a file that was abandoned. */
const RELEASE_MS = 5_000;

/** How a file is opened. */
type Mode = "r" | "w";

/** The requests about one file that the engine has open. */
export interface FileCalls {
  /** The size of a file that is read, if the server sends it. */
  readonly size: number | undefined;
  /** The number of the connection that the handle belongs to. */
  readonly connectionId: number;
  /** Read up to `length` bytes from `offset`; none at the end. */
  read(
    offset: number,
    length: number,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Append a payload of `length` bytes and wait until the engine has it. */
  write(payload: Payload, length: number): Promise<void>;
  /** Close the file. */
  close(): Promise<void>;
  /**
   * Close the file to release its handle, without keeping what was written
   * where the server can discard it; never fails.
   */
  release(): Promise<void>;
}

/**
 * Open a file. If the caller stops waiting, a file that opens late is closed
 * when its answer arrives: a server has 64 handles a connection.
 */
export async function openFile(
  core: SessionCore,
  path: string,
  mode: Mode,
  { signal, timeout }: CallOptions,
): Promise<FileCalls> {
  let connectionId = NaN;
  const opening = { subcommand: "fs_open", path, mode };
  const response = await ask(core, opening, {
    signal,
    timeout,
    onSent(number): void {
      connectionId = number;
    },
    onLate(late): void {
      const handle = late && handleIn(late);
      if (handle) {
        fileCalls(core, handle, mode, connectionId, { timeout }).release();
      }
    },
  });
  const handle = handleIn(succeeded(response));
  if (!handle) throw unreadable("the handle of a file");
  const calls = fileCalls(core, handle, mode, connectionId, {
    timeout,
    size: response.body?.size,
  });
  // Both may have happened synchronously with the answer.
  if (signal?.aborted || core.signal.aborted) {
    calls.release();
    throw (signal?.aborted ? signal : core.signal).reason;
  }
  if (core.connectionId === connectionId) return calls;
  throw new ConnectionException("Connection was lost as the file was opened", {
    sent: true,
    retryable: true,
  });
}

function fileCalls(
  core: SessionCore,
  handle: string,
  mode: Mode,
  connectionId: number,
  { size, timeout }: { readonly size?: unknown; readonly timeout: Timeout },
): FileCalls {
  const closing = { subcommand: "fs_close", handle, mode };
  const writing = { subcommand: "fs_write", handle };
  return {
    size: isCount(size) ? size : undefined,
    connectionId,
    async read(offset, length, signal): Promise<Uint8Array<ArrayBuffer>> {
      const reading = { subcommand: "fs_read", handle, offset, length };
      const options = { timeout, connectionId, signal };
      const response = succeeded(await ask(core, reading, options));
      return dataIn(response, length);
    },
    async write(payload, length): Promise<void> {
      const options = { timeout, connectionId, payload };
      const { body } = succeeded(await ask(core, writing, options));
      const { bytesWritten = length } = body ?? {};
      if (bytesWritten === length) return;
      if (!isCount(bytesWritten)) throw unreadable("a number of bytes");
      throw new RocketRideException(
        `Engine wrote ${bytesWritten} of ${length} bytes`,
      );
    },
    async close(): Promise<void> {
      succeeded(await ask(core, closing, { timeout, connectionId }));
    },
    async release(): Promise<void> {
      // Servers that cannot discard ignore the argument.
      const args = mode === "w" ? { ...closing, discard: true } : closing;
      const options = { timeout: RELEASE_MS, connectionId, frees: true };
      await ask(core, args, options).catch(ignore);
    },
  };
}

type Timeout = CallOptions["timeout"];

function ask(
  core: SessionCore,
  args: Readonly<Record<string, unknown>>,
  options: Parameters<SessionCore["request"]>[1],
): Promise<ResponseMessage> {
  return core.request({ command: "rrext_store", arguments: args }, options);
}

function handleIn(response: ResponseMessage): string | undefined {
  const handle = response.body?.handle;
  return typeof handle === "string" && handle !== "" ? handle : undefined;
}

/** The bytes travel where requests have theirs. */
function dataIn(
  response: ResponseMessage,
  length: number,
): Uint8Array<ArrayBuffer> {
  const data = response.arguments?.data;
  if (data instanceof Uint8Array && data.length <= length) {
    return data as Uint8Array<ArrayBuffer>;
  }
  throw unreadable(`at most ${length} bytes of a file`);
}

/** The failure of an answer that is something else. */
export function unreadable(what: string): ProtocolException {
  return new ProtocolException(`Cannot read the answer: expected ${what}`);
}

/**
 * Use the document commands of 1.0, or else files, as servers of 1.1 need.
 * Servers of 1.1 reject the former; the answer of 1.0 to the latter is unknown.
 */
export const byDocuments: ByGeneration = byGeneration("unknown-command");

const MIN_FRAME_BYTES = 4 * 1024;

/** The payload limit of a frame, checked. */
export function frameBytesOf(
  given: number | undefined,
  fallback: number,
  most: number,
): number {
  return wholeNumber("frameBytes", given ?? fallback, MIN_FRAME_BYTES, most);
}

/** Whether a value that a server sent is a number of something. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}
