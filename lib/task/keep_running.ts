import type { Pipeline, StartedTask } from "../../schema/pipeline.ts";
import { TASK_STATE } from "../../schema/task.ts";
import { abortable, deadline, ignore } from "../async.ts";
import {
  type DAPException,
  isDAPException,
  PipeException,
  TimeoutException,
} from "../errors.ts";
import type { SessionCore } from "../session/core.ts";
import type {
  CallOptions,
  LifecycleEvent,
  TaskRef,
} from "../session/session.ts";
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
  const keeper = keepersOf(core).get(task.token) ?? new TaskKeeper(core);
  keeper.keep(task, pipeline, start);
}

class TaskKeeper implements Keeper {
  readonly #core: SessionCore;
  readonly #stopped = new AbortController();
  /** The first handle of each `use` that asked for it. */
  readonly #claims: Set<object> = new Set();
  /** The first handle, by those that stand for it as well. */
  readonly #firstOf: WeakMap<object, object> = new WeakMap();
  #start!: StartTask;
  #pipeline: Pipeline | undefined;
  #started!: StartedTask;
  /** Whether the task was terminated, and its late start has to be, too. */
  #ended = false;
  /** The look at the task, and the start, that are in progress. */
  #renewal: Promise<StartedTask> | undefined;

  constructor(core: SessionCore) {
    this.#core = core;
    core.observers.add(this.#onLifecycle);
  }

  get token(): string {
    return this.#started.token;
  }

  keep(task: Task, pipeline: Pipeline, start: StartTask): void {
    this.#claims.add(task);
    // Who joins a task takes it as it is.
    if (task.owned || !this.#pipeline) {
      this.#pipeline = pipeline;
      this.#start = start;
    }
    this.#adopt(task);
  }

  /** Let a handle follow the task. */
  #adopt(task: Task): void {
    this.#take(task.started);
    Object.defineProperties(task, {
      token: { get: () => this.#started.token },
      started: { get: () => this.#started },
    });
  }

  async open<T>(
    open: (token: string) => Promise<T>,
    options: CallOptions,
  ): Promise<T> {
    // If it fails, this call tries by itself.
    if (this.#renewal) await this.#wait(this.#renewal.catch(ignore), options);
    const before = this.#started;
    try {
      return await open(before.token);
    } catch (error) {
      if (!(error instanceof PipeException)) throw error;
      if (this.#started === before) await this.#wait(this.#renew(), options);
      if (this.#started === before) throw error;
      return await open(this.token);
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
    return new PipeException(String(dapResult.message || "Task has ended"), {
      code,
      dapResult,
      ...(phase && { phase }),
      cause: error,
      retryable: true,
      hint: "The pipeline starts again; what was in the pipe is lost",
    });
  }

  restarted(pipeline: Pipeline, task: Task, before: TaskRef): void {
    this.#pipeline = pipeline;
    const first = this.#firstOf.get(Object(before)) ?? Object(before);
    this.#firstOf.set(task, first);
    this.#adopt(task);
  }

  leave(task: object): void {
    this.#claims.delete(this.#firstOf.get(task) ?? task);
    if (this.#claims.size === 0) this.#stop();
  }

  async end(terminate: (token: string) => Promise<void>): Promise<void> {
    const { token } = this;
    this.#ended = true;
    this.#stop();
    try {
      await terminate(token);
    } catch (error) {
      // A task that was to start again is not started.
      if (!isDAPException(error, "task-not-running")) throw error;
    }
  }

  #stop(): void {
    this.#stopped.abort(taskEnded("Task was terminated"));
    this.#core.observers.delete(this.#onLifecycle);
    const keepers = keepersOf(this.#core);
    for (const [token, keeper] of keepers) {
      if (keeper === this) keepers.delete(token);
    }
  }

  #take(started: StartedTask): StartedTask {
    keepersOf(this.#core).set(started.token, this);
    return this.#started = started;
  }

  readonly #onLifecycle = ({ type }: LifecycleEvent): void => {
    // Calls that fail meanwhile renew the task themselves.
    if (type === "connected") this.#renew().catch(ignore);
  };

  /** Wait for a start as long as a caller may; the start itself goes on. */
  async #wait(start: Promise<unknown>, options: CallOptions): Promise<void> {
    const { clock, longTimeout } = this.#core.settings;
    const { signal, timeout = longTimeout } = options;
    const late = new AbortController();
    const stop = deadline(clock, timeout, () => {
      const words = `Pipeline was not started again within ${timeout} ms`;
      late.abort(new TimeoutException(words, timeout));
    });
    await abortable(abortable(start, late.signal), signal).finally(stop);
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
    const start = (join?: true): Promise<StartedTask> =>
      this.#start(this.#pipeline!, signal, (started) => this.#take(started), {
        isEnded: () => this.#ended,
        ...(join && { join }),
      });
    return await start().catch((error) => {
      // For example by a start whose answer was lost with the connection.
      if (!isDAPException(error, "task-exists")) throw error;
      return start(true);
    });
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
