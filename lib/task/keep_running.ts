import type { Pipeline } from "../../schema/pipeline.ts";
import { type StartedTask, TASK_STATE } from "../../schema/task.ts";
import { abortable, ignore, type MaybeSignal } from "../async.ts";
import { type DAPException, isDAPException, PipeException } from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import type { LifecycleEvent } from "../session/session.ts";
import { getTaskStatus } from "./queries.ts";
import {
  type Keeper,
  KEEPERS,
  type StartTask,
  type Task,
  taskEnded,
} from "./task.ts";

/**
 * Start a task again whenever the engine has lost it, until it is terminated
 * or disposed of, or the session ends.
 *
 * A reconnect and a pipe that fails are reasons to ask for the task's status,
 * since servers refuse data for a lost task with words of any kind. Only a
 * task that the status shows to be over is started again.
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
  new TaskKeeper(core, task.started, pipeline, start).adopt(task);
}

class TaskKeeper implements Keeper {
  readonly #core: SessionCore;
  readonly #start: StartTask;
  readonly #stopped = new AbortController();
  #pipeline: Pipeline;
  #started: StartedTask;
  /** The look at the task, and the start, that are in progress. */
  #renewal: Promise<StartedTask> | undefined;

  constructor(
    core: SessionCore,
    started: StartedTask,
    pipeline: Pipeline,
    start: StartTask,
  ) {
    this.#core = core;
    this.#start = start;
    this.#pipeline = pipeline;
    this.#started = this.#take(started);
    core.observers.add(this.#onLifecycle);
  }

  get token(): string {
    return this.#started.token;
  }

  /** Let a handle follow the task. */
  adopt(task: Task): void {
    Object.defineProperties(task, {
      token: { get: () => this.#started.token },
      started: { get: () => this.#started },
    });
  }

  async open<T>(
    open: (token: string) => Promise<T>,
    signal: MaybeSignal,
  ): Promise<T> {
    // If it fails, this call tries by itself.
    if (this.#renewal) await abortable(this.#renewal.catch(ignore), signal);
    const before = this.#started;
    try {
      return await open(before.token);
    } catch (error) {
      if (!(error instanceof PipeException)) throw error;
      const now = await abortable(this.#renewed(before), signal);
      if (now === before) throw error;
      return await open(now.token);
    }
  }

  async lost(token: string, error: DAPException): Promise<DAPException> {
    if (!(error instanceof PipeException)) return error;
    const lost = token !== this.token ||
      await this.#isLost().catch(() => false);
    if (!lost || this.#stopped.signal.aborted) return error;
    this.#renew().catch(ignore);
    const { code, dapResult, phase } = error;
    // The message of the failure advises to start the pipeline.
    const { message } = dapResult;
    return new PipeException(String(message || "Task has ended"), {
      code,
      dapResult,
      ...(phase && { phase }),
      cause: error,
      retryable: true,
      hint: "The pipeline starts again; what was in the pipe is lost",
    });
  }

  restarted(pipeline: Pipeline, started: StartedTask, task: Task): void {
    this.#pipeline = pipeline;
    this.#take(started);
    this.adopt(task);
  }

  stop(): void {
    this.#stopped.abort(taskEnded("Task was terminated"));
    this.#core.observers.delete(this.#onLifecycle);
    const keepers = KEEPERS.get(this.#core);
    for (const [token, keeper] of keepers ?? []) {
      if (keeper === this) keepers?.delete(token);
    }
  }

  async end(terminate: (token: string) => Promise<void>): Promise<void> {
    const { token } = this;
    this.stop();
    try {
      await terminate(token);
    } catch (error) {
      // A task that was to start again is not started.
      if (!isDAPException(error, "task-not-running")) throw error;
    }
  }

  #take(started: StartedTask): StartedTask {
    const keepers = KEEPERS.get(this.#core) ?? new Map<string, Keeper>();
    KEEPERS.set(this.#core, keepers.set(started.token, this));
    return this.#started = started;
  }

  readonly #onLifecycle = ({ type }: LifecycleEvent): void => {
    // Calls that fail meanwhile renew the task themselves.
    if (type === "connected") this.#renew().catch(ignore);
  };

  /** The start after the given one, if the task is lost. */
  #renewed(before: StartedTask): Promise<StartedTask> {
    return this.#started === before
      ? this.#renew()
      : Promise.resolve(this.#started);
  }

  /** One at a time, for all that need it. */
  #renew(): Promise<StartedTask> {
    return this.#renewal ??= this.#startAgain().finally(() => {
      this.#renewal = undefined;
    });
  }

  async #startAgain(): Promise<StartedTask> {
    const { signal } = this.#stopped;
    const lost = await this.#isLost();
    signal.throwIfAborted();
    if (!lost) return this.#started;
    const take = (started: StartedTask): StartedTask => this.#take(started);
    try {
      return await this.#start(this.#pipeline, signal, take);
    } catch (error) {
      // For example by a start whose answer was lost with the connection.
      if (!isDAPException(error, "task-exists")) throw error;
      return await this.#start(this.#pipeline, signal, take, true);
    }
  }

  /** Whether the engine has no such task any more, or it is over. */
  async #isLost(): Promise<boolean> {
    try {
      const { completed, state } = await getTaskStatus(this.#core, this.token);
      return completed || state < TASK_STATE.STARTING ||
        state > TASK_STATE.RUNNING;
    } catch (error) {
      if (isDAPException(error, "task-not-running")) return true;
      throw error;
    }
  }
}
