import type { PipelineResult } from "../../schema/result.ts";
import { makeDisposable } from "../async.ts";
import { checkOptions } from "../check.ts";
import {
  checkPipeOptions,
  frameBytesOf,
  PIPE_NAMES,
  type PipeChunk,
  type PipeOptions,
  UNKNOWN_TYPE,
} from "./options.ts";
import { byteQueue, sinkOf } from "./acknowledged_writer.ts";
import { openWriter, type PipeWriter } from "./pipe_writer.ts";
import type { Session, TaskRef } from "../session/session.ts";

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
 * | the connection is lost | the stream errors with a `ConnectionException`, and `result` rejects with it; a pipe never continues on a new connection |
 *
 * Made by {@linkcode pipe}.
 */
export class DataPipe extends WritableStream<PipeChunk> {
  readonly #writer: PipeWriter;

  /** @ignore */
  constructor(writer: PipeWriter, frameBytes: number) {
    super(sinkOf(writer), byteQueue(frameBytes));
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
    return this.#writer.pipeId ?? NaN;
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
 * Open a stream into a task's pipeline.
 *
 * Resolves when the engine has opened the pipe, which waits for a free slot;
 * so a pipeline that does not run rejects here, not later in the stream. If
 * the wait is given up, a pipe that opens late is closed again.
 *
 * Pass `signal` here as well as to `pipeTo`: only this one interrupts a write
 * that is with the engine.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode PipeOptions}.
 * @returns The stream; its `result` settles when it is closed.
 * @throws {PipeException} The task does not run, or its source is another one.
 * @throws {RangeError} `frameBytes` is out of range. Nothing was sent.
 * @throws {TypeError} `mimeType` or another option is not what it should be.
 * @throws {ValidationException} The charset is unknown. Nothing was sent.
 * @throws What {@linkcode request} throws.
 *
 * @example Pipe a fetch body
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, pipe, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const { token } = await use(session, { pipeline });
 *
 * const { body } = await fetch("data:text/csv,id,name%0A1,Ada");
 * const target = await pipe(session, token, { mimeType: "text/csv" });
 * await body!.pipeTo(target);
 * assertEquals((await target.result).text, ["id,name\n1,Ada\n\n"]);
 *
 * await close(session);
 * await engine.close();
 * ```
 */
export async function pipe(
  session: Session,
  task: TaskRef,
  options: PipeOptions = {},
): Promise<DataPipe> {
  checkOptions(options, "pipe(session, task, { mimeType })", PIPE_NAMES);
  checkPipeOptions(options);
  const writer = await openWriter(session, task, {
    ...options,
    mimeType: options.mimeType || UNKNOWN_TYPE,
    emptyWrite: false,
  });
  return new DataPipe(writer, frameBytesOf(options));
}
