import type { UploadBody } from "../../schema/event.ts";
import type { PipelineResult, UploadResult } from "../../schema/result.ts";
import type { Clock } from "../async.ts";
import { ExecutionException } from "../errors.ts";
import type { ObjectWatcher } from "./options.ts";

/** The least time between two reported `write`s of one file. */
const INTERVAL_MS = 100;

/** What a {@linkcode Progress} needs. */
export interface ProgressOptions {
  /** The file's path or name, as it was given. */
  readonly filepath: string;
  /** Bytes in all, where that is known beforehand. */
  readonly size: number | undefined;
  readonly clock: Clock;
  /** Called with each report. */
  readonly report: (body: UploadBody) => void;
}

/** Follows one file and reports its progress, in bytes of the file. */
export class Progress implements ObjectWatcher {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #size: number | undefined;
  #sent = 0;
  #reportedAt = -Infinity;
  /** Whether the last `write` was not reported. */
  #isUnreported = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#startedAt = options.clock.now();
  }

  /** The file is sent once more, from its beginning. */
  restart(): void {
    this.#sent = 0;
    this.#isUnreported = false;
    this.#reportedAt = -Infinity;
  }

  opened(size: number | undefined): void {
    this.#size = size ?? this.#size;
    this.#report("open");
  }

  acknowledged(bytes: number): void {
    if (bytes === 0) return;
    this.#sent += bytes;
    const now = this.#options.clock.now();
    this.#isUnreported = now - this.#reportedAt < INTERVAL_MS;
    if (this.#isUnreported) return;
    this.#reportedAt = now;
    this.#report("write");
  }

  closing(): void {
    // The `write`s alone also end with the whole file.
    if (this.#isUnreported) this.#report("write");
    // The size is known now.
    this.#size = this.#sent;
    this.#report("close");
  }

  /** The file was processed. */
  complete(result: PipelineResult): UploadResult {
    return this.#report("complete", { result }) as UploadResult;
  }

  /** The upload of the file has failed. */
  failed(cause: unknown): UploadResult {
    const result = cause instanceof ExecutionException && cause.result;
    const more = { error: wordsOf(cause), cause, ...(result && { result }) };
    return this.#report("error", more) as UploadResult;
  }

  #report(action: UploadBody["action"], more: object = {}): UploadBody {
    const { clock, filepath, report } = this.#options;
    const body = {
      action,
      filepath,
      bytes_sent: this.#sent,
      // A file may grow while it is sent.
      file_size: this.#size === undefined
        ? 0
        : Math.max(this.#size, this.#sent),
      upload_time: (clock.now() - this.#startedAt) / 1000,
      ...more,
    } as UploadBody;
    report({ ...body });
    return body;
  }
}

function wordsOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  try {
    return String(cause);
  } catch {
    return "Given up"; // a reason may have no string form
  }
}
