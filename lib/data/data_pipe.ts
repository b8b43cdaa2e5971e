import type { PipelineResult } from "../../schema/result.ts";
import { ignore, makeDisposable } from "../async.ts";
import type { PipeWriter } from "./_pipe_writer.ts";
import type { PipeChunk } from "./pipe_options.ts";

/**
 * A stream into a pipeline: a real `WritableStream`, so that
 * `response.body.pipeTo(pipe)` is the normal way to fill it.
 *
 * | what you do | what happens |
 * | --- | --- |
 * | `write(chunk)` | strings become UTF-8. Bytes and text are gathered into frames: the promise settles when the chunk has been taken into the frame under way, of `frameBytes` at most, while at most one frame is with the engine. Records, and everything with `framing: "chunk"`, are sent one by one: there it settles when the engine has consumed the chunk |
 * | back-pressure | counted in bytes; the high-water mark is `frameBytes` |
 * | `close()` | sends what is left, ends the object and waits for its result; rejects with the engine's failure, as `result` does |
 * | the result carries `error` | `close()` and `result` reject with an `ExecutionException` that has the whole result, unless `onPipelineError` is `"return"` |
 * | `abort(reason)` | nothing more is sent; the engine's slot is freed, for which the engine must see the object end: it may process what it got. `result` rejects with the reason |
 * | the `signal` option | the same, even while a write waits for its answer, where the signal of `pipeTo` has to wait as well |
 * | the line drops | the stream errors with a `ConnectionException`, and `result` rejects with it; a pipe never goes on silently on a new line |
 *
 * Made by {@linkcode pipe}.
 */
export class DataPipe extends WritableStream<PipeChunk> {
  readonly #writer: PipeWriter;

  /** @ignore */
  constructor(writer: PipeWriter, frameBytes: number) {
    super({
      start(controller): void {
        // Not in the same turn: an abort would find its stream errored, and
        // return before the engine's slot is free.
        writer.result.catch((error) => controller.error(error));
        // Fires at once, where `abort` below waits for the write (field F4).
        controller.signal.addEventListener("abort", () => {
          writer.abort(controller.signal.reason).catch(ignore);
        }, { once: true });
      },
      write: (chunk) => writer.write(chunk),
      async close(): Promise<void> {
        await writer.close();
      },
      abort: (reason) => writer.abort(reason),
    }, { highWaterMark: frameBytes, size: sizeOf });
    this.#writer = writer;
    makeDisposable(this, () => writer.dispose());
  }

  /**
   * Free the engine's slot if the pipe was neither closed nor aborted.
   *
   * Leaving a block is no sign that all data was written, so the object is
   * given up: `result` then rejects. Call `close()` to finish it.
   */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** The task that the pipe leads into. */
  get token(): string {
    return this.#writer.token;
  }

  /** The engine's number for the pipe; may be 0. */
  get pipeId(): number {
    return this.#writer.id;
  }

  /** Whether the pipe takes data. */
  get isOpened(): boolean {
    return this.#writer.isOpened;
  }

  /**
   * What the pipeline made of the object: settles when the stream was closed,
   * was aborted, or failed. Safe to ignore, safe to await repeatedly.
   */
  get result(): Promise<PipelineResult> {
    return this.#writer.result;
  }
}

/**
 * Bytes of a chunk; for text, as near as it costs nothing to tell. Always a
 * size: a stream that is told none fails without asking its sink.
 */
function sizeOf(chunk: PipeChunk): number {
  const size = typeof chunk === "string" ? chunk.length : chunk?.byteLength;
  return size >= 0 ? size : 1;
}
