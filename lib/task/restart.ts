import { checkOptions } from "../check.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { isStartedTask, type StartedTask } from "../../schema/task.ts";
import {
  ExecutionException,
  PipeException,
  ProtocolException,
} from "../errors.ts";
import { conceal } from "../protocol/secrets.ts";
import {
  buildRequest,
  call,
  checkCallOptions,
  refusal,
  tokenOf,
} from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { loadPipeline, type PipelineInput } from "./load_pipeline.ts";

/** Options of {@linkcode restart}. */
export interface RestartOptions extends PipelineInput, CallOptions {}

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
  checkOptions(options, "restart(session, task, { pipeline })", {
    pipeline: 1,
    filepath: 1,
    source: 1,
    env: 1,
    signal: 1,
    timeout: 1,
  });
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

/**
 * Stop a task and free what it holds.
 *
 * Resolves when it has really stopped, up to ten seconds later. Objects that
 * are still in the pipeline fail. Stopping a task that has just ended is fine.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}.
 * @throws {RocketRideException} There is no such task (`task-not-running`), or
 * it may not be stopped.
 * @throws What {@linkcode request} throws.
 */
export async function terminate(
  session: Session,
  task: TaskRef,
  options: CallOptions = {},
): Promise<void> {
  checkCallOptions(options, "terminate(session, task, { timeout })");
  const { attachments } = coreOf(session);
  const token = tokenOf(task);
  const before = attachments.next();
  await call(session, "terminate", {}, { ...options, task: token });
  // Servers do not answer what was in flight.
  attachments.forgotten(token, before, taskEnded("Task was terminated"));
}

/** The task has ended, and with it the answer. */
export function taskEnded(words: unknown): PipeException {
  const message = typeof words === "string" ? words : "";
  return new PipeException(message || "Task has ended", {
    code: "task-ended",
    hint: "Start the pipeline again with use(); what was in the pipe is lost",
  });
}

/** The task was restarted, and has lost its pipes. */
export function taskRestarted(): PipeException {
  return new PipeException("Task was restarted", {
    code: "task-ended",
    hint: "What was in the pipe is lost: send it again",
  });
}

/** The task that a response of `execute` or `restart` tells about. */
export function startedOf(
  { settings: { secrets } }: SessionCore,
  response: ResponseMessage,
): StartedTask {
  if (didFail(response)) throw refusal(response, ExecutionException);
  const { body } = response;
  if (isStartedTask(body)) return conceal(body, ["token", "publicToken"]);
  throw new ProtocolException("Cannot use the task: expected a token", {
    dapResult: secrets.hideIn(response, true),
  });
}
