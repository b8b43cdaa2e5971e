import type { Pipeline } from "../../../schema/pipeline.ts";
import { TASK_STATE } from "../../../schema/task.ts";
import { type Deferred, deferred } from "../../async.ts";
import { ExecutionException, PipeException } from "../../errors.ts";
import type { Plan } from "../compile.ts";
import { Execution } from "./execution.ts";
import { describeFailure, messageOf } from "./failure.ts";
import { IdleWatch } from "./idle_watch.ts";
import type { Pipes } from "./pipes.ts";
import { TaskRecord } from "./task_record.ts";
import type { TaskHost, TaskSpec } from "./task_spec.ts";

/**
 * A pipeline under a token, from `execute` to its end. The
 * nodes at work are an `Execution`; a restart replaces it.
 */
export class Task {
  /** What the task was started with. */
  readonly spec: TaskSpec;
  /** What is known about it. */
  readonly record: TaskRecord;
  readonly #host: TaskHost;
  #pipeline: Pipeline;
  #reachesFiles: boolean;
  #execution: Execution | undefined;
  #ready: Deferred<void> = deferred();
  #stopping: Promise<void> | undefined;
  #watch: IdleWatch | undefined;

  /**
   * Make a task; it runs once `start` was called.
   *
   * @param pipeline The pipeline as it was received, placeholders unresolved.
   */
  constructor(spec: TaskSpec, pipeline: Pipeline, host: TaskHost) {
    this.spec = spec;
    this.#pipeline = pipeline;
    this.#reachesFiles = spec.rights.has("task.store");
    this.#host = host;
    const events = host.monitors.eventsOf(spec);
    this.record = new TaskRecord({ ...spec, clock: host.clock, events });
  }

  /** The pipeline as it was received. */
  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  /** Whether the task has not ended yet. */
  get active(): boolean {
    return !this.record.completed;
  }

  /** Whether the task was told to stop and has not ended yet. */
  get stopping(): boolean {
    return this.active && this.#stopping !== undefined;
  }

  /** For how long nothing was asked of the task, in seconds. */
  get idleSeconds(): number {
    return this.active ? (this.#watch?.idle ?? 0) / 1_000 : 0;
  }

  /**
   * Start the nodes of a plan.
   *
   * @returns Resolves when the task takes data.
   * @throws What a node threw; the task has ended then.
   */
  start(plan: Plan): Promise<void> {
    this.record.enter(TASK_STATE.STARTING);
    this.record.announce("begin");
    return this.#run(plan);
  }

  /** Wait until the task takes data; rejects when it never will. */
  whenRunning(): Promise<void> {
    return this.#ready.promise;
  }

  /**
   * The pipes, for a data request; counts as activity.
   *
   * @throws {PipeException} The task is stopping or has ended.
   * @throws What kept a starting task from running.
   */
  async pipes(): Promise<Pipes> {
    const execution = this.#execution;
    if (!this.active || !execution) throw notRunning();
    if (this.#stopping) throw terminating();
    if (this.record.state !== TASK_STATE.RUNNING) {
      await this.whenRunning();
      return await this.pipes();
    }
    this.touch();
    return execution.pipes;
  }

  /** Something was asked of the task: its time to live begins anew. */
  touch(): void {
    this.#watch?.touch();
  }

  /** Abandon what a connection has open; used when it goes away. */
  release(owner: object, reason: unknown): void {
    this.#execution?.pipes.release(owner, reason);
  }

  /** Stop; resolves when the task has ended. Repeating it is harmless. */
  stop(): Promise<void> {
    if (this.active) this.#stopping ??= this.#stop();
    return this.#stopping ?? Promise.resolve();
  }

  /**
   * Replace the pipeline. Token, source, provider, counters and watchers
   * stay.
   *
   * @param pipeline The new pipeline, placeholders unresolved.
   * @param plan The same, made ready to run.
   * @param reachesFiles Whether who gives it may use the files of the task's
   * user.
   * @throws What a node threw, or why the task does not run.
   */
  async restart(
    pipeline: Pipeline,
    plan: Plan,
    reachesFiles: boolean,
  ): Promise<void> {
    await this.pipes();
    const old = this.#execution;
    // Another restart got in between.
    if (this.record.state !== TASK_STATE.RUNNING || !old) {
      return await this.restart(pipeline, plan, reachesFiles);
    }
    this.#pipeline = pipeline;
    this.#reachesFiles = reachesFiles;
    this.#ready = deferred();
    this.#watch?.stop();
    this.record.enter(TASK_STATE.STARTING, {
      status: "Restarting",
      serviceUp: false,
    });
    this.record.announce("restart");
    await old.stop(terminating());
    if (this.#stopping) throw alreadyCompleted();
    this.record.clearNotes();
    await this.#run(plan);
  }

  #run(plan: Plan): Promise<void> {
    const ready = this.#ready;
    const { spec, record: reporter } = this;
    const files = this.#host.filesOf(spec.userId, this.#reachesFiles);
    const execution = new Execution({
      ...this.#host,
      ...spec,
      plan,
      reporter,
      files,
    });
    this.#execution = execution;
    const { secrets } = plan;
    this.record.secrets = secrets;
    this.record.enter(TASK_STATE.INITIALIZING, { status: "" });
    execution.start().then(
      () => {
        if (this.#stopping) return;
        this.record.enter(TASK_STATE.RUNNING, { serviceUp: true });
        this.#watch = this.#watchIdleness(execution.pipes);
        ready.resolve();
      },
      (error) => {
        // Whoever stopped the task ends it, too.
        if (!this.#stopping) this.#failToStart(error);
        const message = messageOf(error);
        const shown = secrets.hide(message);
        ready.reject(
          shown === message ? error : new ExecutionException(shown),
        );
      },
    );
    return ready.promise;
  }

  #failToStart(error: unknown): void {
    const exitMessage = messageOf(error);
    this.record.failed(describeFailure(error));
    this.#end(TASK_STATE.COMPLETED, {
      status: "Completed",
      exitCode: 1,
      exitMessage,
    });
  }

  async #stop(): Promise<void> {
    this.#watch?.stop();
    this.record.enter(TASK_STATE.STOPPING, {
      status: "Stopping",
      serviceUp: false,
    });
    this.#ready.reject(alreadyCompleted());
    await this.#execution?.stop(terminating());
    this.#end(TASK_STATE.CANCELLED, {
      status: "Stopped",
      exitCode: 0,
      exitMessage: "",
    });
  }

  #end(...last: Parameters<TaskRecord["end"]>): void {
    this.record.end(...last);
    this.#execution = undefined;
    this.#host.onTaskEnd(this.spec.token);
  }

  #watchIdleness(pipes: Pipes): IdleWatch {
    return new IdleWatch({
      clock: this.#host.clock,
      limit: this.spec.ttl * 1_000,
      isBusy: () => pipes.size > 0,
      onIdle: () => void this.stop(),
    });
  }
}

function notRunning(): PipeException {
  return new PipeException("Your pipeline is not running");
}

function terminating(): PipeException {
  return new PipeException(
    "Task is terminating, cannot process data requests",
  );
}

function alreadyCompleted(): ExecutionException {
  return new ExecutionException("Task has already completed");
}
