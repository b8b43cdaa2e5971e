import type { Pipeline } from "../../schema/pipeline.ts";
import { type StartedTask, TASK_STATE } from "../../schema/task.ts";
import { abortable, deadline, deferred, ignore } from "../async.ts";
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
  keeperOf,
  KEEPERS,
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
  const keeper = keeperOf(core, task.token) ??
    new TaskKeeper(core, task.started, pipeline, start);
  keeper.keep(task, pipeline, start);
}

class TaskKeeper implements Keeper {
  readonly #core: SessionCore;
  readonly #stopped = new AbortController();
  /** One for each `use` that asked for it, by the handles that came of it. */
  readonly #claims: Set<object> = new Set();
  readonly #claimOf: WeakMap<object, object> = new WeakMap();
  #start: StartTask;
  #pipeline: Pipeline;
  #started: StartedTask;
  /** Whether the task was terminated, and its late start has to be, too. */
  #ended = false;
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

  keep(task: Task, pipeline: Pipeline, start: StartTask): void {
    const claim = {};
    this.#claims.add(claim);
    // Who joins a task takes it as it is.
    if (task.owned) {
      this.#pipeline = pipeline;
      this.#start = start;
    }
    this.#take(task.started);
    this.#adopt(task, claim);
  }

  /** Let a handle follow the task. */
  #adopt(task: Task, claim: object | undefined): void {
    if (claim) this.#claimOf.set(task, claim);
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
      const now = await this.#wait(this.#renewed(before), options);
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
    const isText = typeof message === "string" && message !== "";
    return new PipeException(isText ? message : "Task has ended", {
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
    this.#take(task.started);
    this.#adopt(task, this.#claimOf.get(Object(before)));
  }

  leave(task: object): void {
    const claim = this.#claimOf.get(task);
    if (claim) this.#claims.delete(claim);
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
    const keepers = KEEPERS.get(this.#core);
    for (const [token, keeper] of keepers ?? []) {
      if (keeper === this) keepers?.delete(token);
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

  /** Wait for a start as long as a caller may; the start itself goes on. */
  async #wait<T>(start: Promise<T>, options: CallOptions): Promise<T> {
    const { clock, longTimeout } = this.#core.settings;
    const { signal, timeout = longTimeout } = options;
    const gate = deferred<T>();
    const stop = deadline(clock, timeout, () =>
      gate.reject(
        new TimeoutException(
          `Pipeline was not started again within ${timeout} ms`,
          timeout,
        ),
      ));
    start.then(gate.resolve, gate.reject);
    return await abortable(gate.promise, signal).finally(stop);
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
    const isEnded = (): boolean => this.#ended;
    try {
      return await this.#start(this.#pipeline, signal, take, { isEnded });
    } catch (error) {
      // For example by a start whose answer was lost with the connection.
      if (!isDAPException(error, "task-exists")) throw error;
      const options = { isEnded, join: true };
      return await this.#start(this.#pipeline, signal, take, options);
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
