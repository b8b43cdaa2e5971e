import { checkOptions } from "../check.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { checkPipeOptions, MISNAMED } from "./check_pipe_options.ts";
import { openWriter } from "./_open_writer.ts";
import { DataPipe } from "./data_pipe.ts";
import { frameBytesOf } from "./frame_bytes_of.ts";
import type { PipeOptions } from "./pipe_options.ts";

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
  checkOptions(options, "pipe(session, task, { mimeType })", MISNAMED);
  checkPipeOptions(options);
  const writer = await openWriter(session, task, {
    ...options,
    mimeType: options.mimeType || "application/octet-stream",
    emptyWrite: false,
  });
  return new DataPipe(writer, frameBytesOf(options));
}
