import type { Pipeline, StartedTask } from "../../schema/pipeline.ts";
import type { MaybeSignal } from "../async.ts";
import { type DAPException, PipeException } from "../errors.ts";
import type { StreamedEvent } from "../events/events.ts";
import { textOf } from "../protocol/failure.ts";
import { forgetTask } from "../session/attachments.ts";
import { call, checkCallOptions, tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/**
 * A task on the engine: its token, and what the engine sent about it.
 *
 * Disposing it terminates the task if {@linkcode Task.owned}, and does nothing
 * otherwise, so that joining a task never kills it.
 */
export interface Task extends AsyncDisposable {
  /**
   * What all other functions name the task by. Read by name only: not
   * enumerated, copied, serialised or inspected, since it is a credential.
   * With `keepRunning` it is that of the latest start.
   */
  readonly token: string;
  /** Whether this handle started the task for certain; then it also ends it. */
  readonly owned: boolean;
  /** How many objects it takes at once, where this handle has set that. */
  readonly threads?: number | undefined;
  /**
   * Everything that `use({ events })` asked for, from the very beginning.
   * Ends when it is cancelled, or with the session.
   */
  readonly events?: ReadableStream<StreamedEvent> | undefined;
  /**
   * Everything the engine answered: display id, project, source, and the
   * tokens, which are read by name only.
   */
  readonly started: StartedTask;
}

/** Starts a task, and takes it in the turn of the engine's answer. */
export type StartTask = <T>(
  pipeline: Pipeline,
  signal: MaybeSignal,
  take: (started: StartedTask) => T,
  options?: {
    /** Whether to join one that runs already. */
    readonly join?: boolean;
    /** Whether a late task is terminated, even if it was joined. */
    readonly isEnded?: () => boolean;
  },
) => Promise<T>;

/** Keeps a task running; see `keepRunning` of `use`. */
export interface Keeper {
  /** The token of the task as it runs now. */
  readonly token: string;
  /**
   * Open a pipe. Waits for a start that is in progress, and if the task is
   * lost, starts it again and opens once more.
   *
   * @param open Opens a pipe of the task with that token.
   * @param options End the wait, not the start, which others may wait for.
   */
  open<T>(
    open: (token: string) => Promise<T>,
    options: CallOptions,
  ): Promise<T>;
  /**
   * What a pipe fails with. If the task is lost, it is started again, and the
   * failure is retryable.
   *
   * @param token The token that the pipe was opened with.
   */
  lost(token: string, error: DAPException): Promise<DAPException>;
  /**
   * Keep the task for one more handle. The pipeline of a handle that has
   * started the task is the one to start again.
   */
  keep(task: Task, pipeline: Pipeline, start: StartTask): void;
  /**
   * The task was restarted with another pipeline: start that from now on.
   *
   * @param task The new handle.
   * @param before The one that it stands for as well, or a token.
   */
  restarted(pipeline: Pipeline, task: Task, before: TaskRef): void;
  /** A handle was disposed of. After the last one the task is not kept. */
  leave(task: object): void;
  /** Stop keeping the task, and terminate what runs. */
  end(terminate: (token: string) => Promise<void>): Promise<void>;
}

const keepers = new WeakMap<SessionCore, Map<string, Keeper>>();

/** The tasks of a session that are kept running, by every token they had. */
export function keepersOf(core: SessionCore): Map<string, Keeper> {
  const known = keepers.get(core) ?? new Map<string, Keeper>();
  keepers.set(core, known);
  return known;
}

/** The keeper of the task with that token, if it is kept running. */
export function keeperOf(core: SessionCore, token: string): Keeper | undefined {
  return keepers.get(core)?.get(token);
}

/** Open a pipe of a task; starts the task again if it is kept running. */
export function openOn<T>(
  core: SessionCore,
  token: string,
  open: (token: string) => Promise<T>,
  options: CallOptions,
): Promise<T> {
  return keeperOf(core, token)?.open(open, options) ?? open(token);
}

/** The error of a pipe of a task; `retryable` if the task is kept running. */
export async function failureOn(
  core: SessionCore,
  token: string,
  error: DAPException,
): Promise<DAPException> {
  return await keeperOf(core, token)?.lost(token, error) ?? error;
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
  const core = coreOf(session);
  const token = tokenOf(task);
  const keeper = keeperOf(core, token);
  if (keeper) return keeper.end((token) => terminate(session, token, options));
  const before = ++core.order;
  await call(session, "terminate", {}, { ...options, task: token });
  // Servers do not answer what was in flight.
  const reason = taskEnded("Task was terminated");
  forgetTask(core.attachments, token, before, reason);
}

/** The task has ended, and with it the answer. */
export function taskEnded(words: unknown): PipeException {
  return new PipeException(textOf(words) || "Task has ended", {
    code: "task-ended",
    hint: "Start the pipeline again with use(); what was in the pipe is lost",
  });
}

/** The task was restarted, and has lost its pipes. */
export function taskRestarted(): PipeException {
  return new PipeException("Task was restarted", {
    code: "task-ended",
    retryable: true,
    hint: "What was in the pipe is lost: send it again",
  });
}
