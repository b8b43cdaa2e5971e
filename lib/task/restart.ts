import { checkOptions } from "../check.ts";
import { forgetTask } from "../session/attachments.ts";
import { requestOf, tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { keeperOf, type Task, taskRestarted } from "./task.ts";
import {
  loadPipeline,
  PIPELINE_NAMES,
  type PipelineInput,
  startedOf,
  taskOf,
} from "./use.ts";

/** Options of {@linkcode restart}. */
export interface RestartOptions extends PipelineInput, CallOptions {
  /**
   * The team whose deployed run is meant; from 1.4 on.
   *
   * @default {none: the run of development of the account}
   */
  readonly teamId?: string | undefined;
}

/**
 * Replace the pipeline of a running task, keeping its token.
 *
 * The engine keeps project, source, threads, ttl and the counters.
 * Resolves when the new pipeline is ready for data. The
 * server loses what is in the task's pipes: pipes that were opened before,
 * and those that wait for a slot, fail with the code `task-ended`.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options The new pipeline; see {@linkcode RestartOptions}.
 * @returns The task, with the same token and what the engine answered now. It
 * is owned if `task` is a handle that owns it. Streams of events stay with the
 * handle that opened them.
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
): Promise<Task> {
  const core = coreOf(session);
  checkOptions(
    options,
    "restart(session, task, { pipeline })",
    { ...PIPELINE_NAMES, teamId: "string" },
  );
  const { teamId } = options;
  const given = tokenOf(task);
  const keeper = keeperOf(core, given);
  const { token } = keeper ?? { token: given };
  const { pipeline } = await loadPipeline(core, options);
  const message = requestOf("restart", {
    token,
    arguments: { pipeline, ...(teamId && { teamId }) },
  });
  const before = ++core.order;
  const response = await core.request(message, {
    signal: options.signal,
    timeout: options.timeout ?? core.settings.longTimeout,
  });
  const started = startedOf(core, response);
  forgetTask(core.attachments, token, before, taskRestarted());
  const { owned = false, threads }: Partial<Task> = Object(task);
  const known = threads === undefined ? {} : { threads };
  const restarted = taskOf(core, { owned, started, ...known });
  keeper?.restarted(pipeline, restarted, task);
  return restarted;
}
