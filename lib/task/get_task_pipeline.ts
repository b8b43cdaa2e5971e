import { type Pipeline, unwrapPipeline } from "../../schema/pipeline.ts";
import { ProtocolException } from "../errors.ts";
import { call, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/**
 * Return the pipeline of a task as the engine received it.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}.
 * @returns The pipeline; what was substituted before the start stays so.
 * @throws {RocketRideException} There is no such task (`task-not-running`).
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getTaskPipeline(
  session: Session,
  task: TaskRef,
  options: CallOptions = {},
): Promise<Pipeline> {
  const body = await call(session, "rrext_get_pipeline", {}, {
    ...options,
    task: tokenOf(task),
  });
  const pipeline = unwrapPipeline(body);
  if (pipeline) return pipeline;
  throw new ProtocolException("Cannot read the answer: expected a pipeline");
}
