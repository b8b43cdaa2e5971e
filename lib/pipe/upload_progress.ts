import type { UploadBody, UploadProgress } from "../../schema/event.ts";
import type { PipelineResult, UploadResult } from "../../schema/result.ts";
import type { Clock } from "../async.ts";
import { ExecutionException } from "../errors.ts";
import type { ObjectWatcher } from "./options.ts";

/** How often the `write`s of one file are told at most. */
const INTERVAL_MS = 100;

/** What a {@linkcode Progress} needs. */
export interface ProgressOptions {
  /** The file's path or name, as it was given. */
  readonly filepath: string;
  /** Bytes in all, where that is known beforehand. */
  readonly size: number | undefined;
  readonly clock: Clock;
  /** Given everything that is told. */
  readonly tell: (body: UploadBody) => void;
}

/** Follows one file and reports its progress, in bytes of the file. */
export class Progress implements ObjectWatcher {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #size: number | undefined;
  #sent = 0;
  #toldAt = -Infinity;
  /** Whether the last `write` was left out. */
  #owes = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#startedAt = options.clock.now();
  }

  /** The file is sent once more, from its beginning. */
  restart(): void {
    this.#sent = 0;
    this.#owes = false;
    this.#toldAt = -Infinity;
  }

  opened(size: number | undefined): void {
    this.#size = size ?? this.#size;
    this.#tell("open");
  }

  acknowledged(bytes: number): void {
    if (bytes === 0) return;
    this.#sent += bytes;
    const now = this.#options.clock.now();
    this.#owes = now - this.#toldAt < INTERVAL_MS;
    if (this.#owes) return;
    this.#toldAt = now;
    this.#tell("write");
  }

  closing(): void {
    // Whoever looks at `write`s alone still sees the file become whole.
    if (this.#owes) this.#tell("write");
    // Now it is known, whatever was said before.
    this.#size = this.#sent;
    this.#tell("close");
  }

  /** The file has gone through. */
  complete(result: PipelineResult): UploadResult {
    return this.#end({ ...this.#body("complete"), result });
  }

  /** The file has not. */
  failed(cause: unknown): UploadResult {
    const error = wordsOf(cause);
    const body = { ...this.#body("error"), error, cause };
    const inPipeline = cause instanceof ExecutionException && cause.result;
    if (!inPipeline) return this.#end(body);
    return this.#end({ ...body, result: cause.result as PipelineResult });
  }

  #end(result: UploadResult): UploadResult {
    this.#options.tell({ ...result });
    return result;
  }

  #tell(action: UploadProgress["action"]): void {
    this.#options.tell(this.#body(action));
  }

  #body<Action extends string>(action: Action): {
    readonly action: Action;
    readonly filepath: string;
    readonly bytes_sent: number;
    readonly file_size: number;
    readonly upload_time: number;
  } {
    const { filepath, clock } = this.#options;
    return {
      action,
      filepath,
      bytes_sent: this.#sent,
      // A file may grow while it is sent.
      file_size: this.#size === undefined
        ? 0
        : Math.max(this.#size, this.#sent),
      upload_time: (clock.now() - this.#startedAt) / 1000,
    };
  }
}

function wordsOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  try {
    return String(cause);
  } catch {
    return "Given up"; // reasons may be anything, even what has no words
  }
}
