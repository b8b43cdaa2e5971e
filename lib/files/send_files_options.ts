import type { PipeOptions } from "../data/pipe_options.ts";
import type { UploadBody } from "../../schema/event.ts";

/**
 * Options of {@linkcode sendFiles} and {@linkcode uploadFiles}: those of
 * `pipe` that hold for all files, and how many at a time.
 */
export interface SendFilesOptions
  extends Omit<PipeOptions, "objinfo" | "mimeType"> {
  /**
   * How many files are on their way at once; no more than the task has slots,
   * where its handle knows that (`threads` of `use`).
   *
   * @default {4}
   */
  readonly concurrency?: number | undefined;
  /**
   * How often a file is sent anew after its connection was lost. Waits for a
   * session that reconnects; of no use to one that does not, except over HTTP,
   * where a request fails by itself. Streams are sent anew only where a
   * function makes them. The engine may then see an object
   * twice, under one `objectId`.
   *
   * @default {0}
   */
  readonly retries?: number | undefined;
  /**
   * Told how each file gets on: `open`, `write`, `close`, then `complete` or
   * `error`, with the number of the file among those given, from 0. Of the
   * `write`s no more than ten a second are told for one file, the last one
   * always. What it throws is ignored.
   */
  readonly onProgress?:
    | ((body: UploadBody, index: number) => unknown)
    | undefined;
  /**
   * What becomes of a file whose result carries an `error`: a failed upload
   * that has the result, or a complete one like any other.
   *
   * @default {"throw"}
   */
  readonly onPipelineError?: "throw" | "return" | undefined;
  /**
   * Gives everything up: nothing more is read, every slot is freed, and the
   * call rejects with the signal's reason. Streams whose turn has not come are
   * left as they are: they are still yours.
   */
  readonly signal?: AbortSignal | null | undefined;
}
