import { checkOptions } from "../check.ts";
import { isRecord } from "../../schema/json.ts";
import { type Pipeline, unwrapPipeline } from "../../schema/pipeline.ts";
import {
  isTaskStatus,
  type TaskStatus,
  type TaskSummary,
} from "../../schema/task.ts";
import { isDAPException, unexpectedAnswer } from "../errors.ts";
import { conceal } from "../protocol/secrets.ts";
import { call, checkCallOptions, tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/**
 * Return what a task is doing: state, counters, errors, what is in progress.
 *
 * Trust `completed` and `errors`; `exitCode` and the difference between the
 * states 5 and 6 are not reliable on real engines. Asking does
 * not keep a task alive.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}.
 * @returns The whole status.
 * @throws {RocketRideException} There is no such task (`task-not-running`).
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function getTaskStatus(
  session: Session,
  task: TaskRef,
  options: CallOptions = {},
): Promise<TaskStatus> {
  checkCallOptions(options, "getTaskStatus(session, task, { timeout })");
  const body = await call(session, "rrext_get_task_status", {}, {
    ...options,
    task: tokenOf(task),
  });
  if (isTaskStatus(body)) {
    return coreOf(session).settings.secrets.hideTexts(body);
  }
  throw unexpectedAnswer("a task status");
}

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
  checkCallOptions(options, "getTaskPipeline(session, task, { timeout })");
  const body = await call(session, "rrext_get_pipeline", {}, {
    ...options,
    task: tokenOf(task),
  });
  const pipeline = unwrapPipeline(body);
  if (pipeline) return pipeline;
  throw unexpectedAnswer("a pipeline");
}

/** The address of a task: stable where its token is not. */
export interface TaskAddress {
  /** The pipeline's `project_id`. */
  readonly projectId: string;
  /** The id of its source component. */
  readonly source: string;
  /**
   * The team whose deployed run is meant; from 1.4 on.
   *
   * @default {none: the run of development of the account}
   */
  readonly teamId?: string | undefined;
}

/**
 * Find the token of a running task by project and source.
 *
 * @param session A session from {@linkcode connect}.
 * @param address See {@linkcode TaskAddress}.
 * @param options See {@linkcode CallOptions}.
 * @returns The token, or `undefined` when no such task runs. Engines may
 * answer with a finished task; those are not returned.
 * @throws What {@linkcode request} throws.
 */
export async function getTaskToken(
  session: Session,
  address: TaskAddress,
  options: CallOptions = {},
): Promise<string | undefined> {
  checkCallOptions(options, "getTaskToken(session, address, { timeout })");
  checkOptions(address, "getTaskToken(session, { projectId, source })", {
    projectId: "string",
    source: "string",
    teamId: "string",
  });
  const { projectId, source, teamId } = address;
  try {
    const args = { projectId, source, ...(teamId && { teamId }) };
    const { token } = await call(session, "rrext_get_token", args, options);
    if (typeof token !== "string" || token === "") return undefined;
    const status = await getTaskStatus(session, token, options);
    return status.completed ? undefined : token;
  } catch (error) {
    if (isDAPException(error, "task-not-running")) return undefined;
    throw error;
  }
}

/**
 * List the running tasks of the account.
 *
 * @param session A session from {@linkcode connect}.
 * @param options See {@linkcode CallOptions}.
 * @returns One entry a task, with token, status text and pipeline. The token
 * is read by name only: it is not enumerated, serialised or inspected.
 * @throws {ProtocolException} The engine answered with something else.
 * @throws What {@linkcode request} throws.
 */
export async function listTasks(
  session: Session,
  options: CallOptions = {},
): Promise<readonly TaskSummary[]> {
  checkCallOptions(options, "listTasks(session, { timeout })");
  const { tasks } = await call(session, "rrext_get_tasks", {}, options);
  if (Array.isArray(tasks) && tasks.every(isRecord)) {
    return tasks.map((task) => conceal(task as TaskSummary, ["token"]));
  }
  throw unexpectedAnswer("a task list");
}
