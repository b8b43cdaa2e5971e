import type { Pipeline, StartedTask } from "../../schema/pipeline.ts";
import { TASK_STATE } from "../../schema/task.ts";
import { abortable, deadline, ignore } from "../async.ts";
import {
  type DAPException,
  isDAPException,
  PipeException,
  TimeoutException,
} from "../errors.ts";
import { textOf } from "../protocol/failure.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions, LifecycleEvent } from "../session/session.ts";
import { getTaskStatus } from "./queries.ts";
import {
  type Keeper,
  keepersOf,
  type StartTask,
  type Task,
  taskEnded,
} from "./task.ts";

/**
 * Start a task again whenever the engine has lost it, until it is terminated
 * or all handles that keep it are disposed of, or the session ends.
 *
 * After a reconnect, and when a pipe fails, the task's status is requested,
 * since servers refuse data for a lost task with various messages. Only a task
 * that is over by its status is started again.
 *
 * @param core The session.
 * @param task The task's handle; `token` and `started` become those of the
 * latest start.
 * @param pipeline The pipeline as it was sent.
 * @param start Starts the pipeline.
 */
export function keepRunning(
  core: SessionCore,
  task: Task,
  pipeline: Pipeline,
  start: StartTask,
): void {
  const keeper = keepersOf(core).get(task.token) ??
    makeKeeper(core, pipeline, start);
  keeper.keep(task, pipeline, start);
}

function makeKeeper(
  core: SessionCore,
  pipeline: Pipeline,
  start: StartTask,
): Keeper {
  const keepers = keepersOf(core);
  const stopped = new AbortController();
  /** The first handle of each `use` that asked for it. */
  const claims = new Set<object>();
  /** The first handle, by those that stand for it as well. */
  const firstOf = new WeakMap<object, object>();
  /** What the engine answered to the latest start. */
  let latest!: StartedTask;
  /** Whether the task was terminated, and its late start has to be, too. */
  let isOver = false;
  /** The look at the task, and the start, that are in progress. */
  let renewal: Promise<void> | undefined;

  function take(started: StartedTask): void {
    latest = started;
    keepers.set(started.token, keeper);
  }

  /** Let a handle follow the task. */
  function adopt(task: Task): void {
    take(task.started);
    Object.defineProperties(task, {
      token: { get: () => latest.token },
      started: { get: () => latest },
    });
  }

  function stop(): void {
    stopped.abort(taskEnded("Task was terminated"));
    core.observers.delete(observe);
    for (const [token, it] of keepers) {
      if (it === keeper) keepers.delete(token);
    }
  }

  function observe({ type }: LifecycleEvent): void {
    // Calls that fail meanwhile renew the task themselves.
    if (type === "connected") renew().catch(ignore);
  }

  /** Wait for a start as long as a caller may; the start itself goes on. */
  async function wait(
    start: Promise<void>,
    { signal, timeout = core.settings.longTimeout }: CallOptions,
  ): Promise<void> {
    const late = new AbortController();
    const cancel = deadline(core.settings.clock, timeout, () => {
      const words = `Pipeline was not started again within ${timeout} ms`;
      late.abort(new TimeoutException(words, timeout));
    });
    await abortable(abortable(start, late.signal), signal).finally(cancel);
  }

  /** Start the task again if it is lost: one at a time, for all that need it. */
  function renew(): Promise<void> {
    return renewal ??= startAgain().finally(() => {
      renewal = undefined;
    });
  }

  async function startAgain(): Promise<void> {
    const { signal } = stopped;
    const lost = await isLost();
    signal.throwIfAborted();
    if (!lost) return;
    const begin = (options?: { join: true }): Promise<void> =>
      start(pipeline, signal, take, { isEnded: () => isOver, ...options });
    await begin().catch((error) => {
      // For example by a start whose answer was lost with the connection.
      if (!isDAPException(error, "task-exists")) throw error;
      return begin({ join: true });
    });
  }

  /** Whether the engine has no such task any more, or it is over. */
  async function isLost(): Promise<boolean> {
    try {
      const { completed, state } = await getTaskStatus(core, latest.token);
      return completed || state < TASK_STATE.STARTING ||
        state > TASK_STATE.RUNNING;
    } catch (error) {
      if (isDAPException(error, "task-not-running")) return true;
      throw error;
    }
  }

  const keeper: Keeper = {
    get token(): string {
      return latest.token;
    },
    keep(task, newPipeline, newStart): void {
      claims.add(task);
      // A handle that has joined the task does not change its pipeline.
      if (task.owned) {
        pipeline = newPipeline;
        start = newStart;
      }
      adopt(task);
    },
    async open<T>(
      open: (token: string) => Promise<T>,
      options: CallOptions,
    ): Promise<T> {
      // If it fails, this call tries by itself.
      if (renewal) await wait(renewal.catch(ignore), options);
      const before = latest;
      try {
        return await open(before.token);
      } catch (error) {
        if (!(error instanceof PipeException)) throw error;
        if (latest === before) await wait(renew(), options);
        if (latest === before) throw error;
        return await open(latest.token);
      }
    },
    async lost(token, error): Promise<DAPException> {
      if (!(error instanceof PipeException)) return error;
      const lost = token !== latest.token ||
        await isLost().catch(() => false);
      if (!lost || stopped.signal.aborted) return error;
      renew().catch(ignore);
      const { code, dapResult, phase } = error;
      // The message of the failure advises to start the pipeline.
      return new PipeException(textOf(dapResult.message) || "Task has ended", {
        code,
        dapResult,
        ...(phase && { phase }),
        cause: error,
        retryable: true,
        hint: "The pipeline starts again; what was in the pipe is lost",
      });
    },
    restarted(newPipeline, task, before): void {
      pipeline = newPipeline;
      const first = firstOf.get(Object(before)) ?? Object(before);
      firstOf.set(task, first);
      adopt(task);
    },
    leave(task): void {
      claims.delete(firstOf.get(task) ?? task);
      if (claims.size === 0) stop();
    },
    async end(terminate): Promise<void> {
      const { token } = latest;
      isOver = true;
      stop();
      try {
        await terminate(token);
      } catch (error) {
        // A task that was to start again is not started.
        if (!isDAPException(error, "task-not-running")) throw error;
      }
    },
  };
  core.observers.add(observe);
  return keeper;
}
