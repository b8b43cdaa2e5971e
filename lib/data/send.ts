import type { PipelineResult } from "../../schema/result.ts";
import { checkOptions } from "../check.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { checkPipeOptions, MISNAMED } from "./check_pipe_options.ts";
import type { PipeSource, SendOptions } from "./pipe_options.ts";
import { sendObject } from "./send_object.ts";

/**
 * Send one object through a task's pipeline and return the result.
 *
 * Takes text, bytes, a `Blob` or `File`, a `Response`, a `ReadableStream` or
 * any async iterable; streams are read with back-pressure and never held
 * whole, except where the media type asks for one JSON document. Whatever
 * fails, the source is cancelled and the engine's slot is freed.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param source What to send; see {@linkcode PipeSource}.
 * @param options See {@linkcode SendOptions}. Media type, name and size are
 * taken from the source where it tells them.
 * @returns What the pipeline made of the object.
 * @throws {TypeError} The source is of another type, or gives a chunk that is
 * neither bytes nor text; `mimeType` or another option is not what it should
 * be.
 * @throws {RangeError} `frameBytes` is out of range, or more than 16 MiB would
 * have to go in one write.
 * @throws {PipeException} The task does not run, or the engine refused data.
 * @throws {ExecutionException} The pipeline ran and failed; `result` holds
 * what it produced.
 * @throws {ValidationException} Another consumer reads the source, text is not
 * in its charset, a record is not JSON, or a `Blob` got shorter meanwhile.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
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
 * const task = await use(session, { pipeline });
 * const { text } = await send(session, task, "Hello");
 * assertEquals(text, ["Hello\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function send(
  session: Session,
  task: TaskRef,
  source: PipeSource,
  options: SendOptions = {},
): Promise<PipelineResult> {
  checkOptions(options, "send(session, task, source, { mimeType })", MISNAMED);
  checkPipeOptions(options);
  return await sendObject(session, task, source, options);
}
