import type { StartedTask } from "../../schema/task.ts";
import { coreOf } from "../session/core.ts";
import { buildRequest, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { loadPipeline, type PipelineInput } from "./load_pipeline.ts";
import { startedOf } from "./use.ts";
import { taskRestarted } from "./task_failures.ts";

/** Options of {@linkcode restart}. */
export interface RestartOptions extends PipelineInput, CallOptions {}

/**
 * Replace the pipeline of a running task, keeping its token.
 *
 * The engine keeps project, source, threads, ttl and the counters
 * (protocol §7.4). Resolves when the new pipeline is ready for data. The
 * server loses what is in the task's pipes: pipes that were opened before,
 * and those that wait for a slot, fail with the code `task-ended`.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options The new pipeline; see {@linkcode RestartOptions}.
 * @returns What the engine tells about the task; the token is the same.
 * @throws {ValidationException} The pipeline cannot be read, is not JSON or
 * has no components. Nothing was sent.
 * @throws {ExecutionException} The engine refused, or the new pipeline failed
 * to start.
 * @throws What {@linkcode request} throws.
 */
export async function restart(
  session: Session,
  task: TaskRef,
  options: RestartOptions,
): Promise<StartedTask> {
  const core = coreOf(session);
  const token = tokenOf(task);
  const pipeline = await loadPipeline(core, options, options);
  const message = buildRequest("restart", { token, arguments: { pipeline } });
  const before = core.attachments.next();
  const response = await core.request(message, {
    signal: options.signal,
    timeout: options.timeout ?? core.settings.longTimeout,
  });
  const started = startedOf(core, response);
  core.attachments.forgotten(token, before, taskRestarted());
  return started;
}
