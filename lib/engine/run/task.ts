import type { Pipeline } from "../../../schema/pipeline.ts";
import { TASK_STATE } from "../../../schema/task.ts";
import { type Clock, type Deferred, deferred } from "../../async.ts";
import { ExecutionException, PipeException } from "../../errors.ts";
import type { Permission } from "../access/permissions.ts";
import type { Plan } from "../pipeline/compile.ts";
import type { RunBegin } from "../monitor/event_log.ts";
import type { Monitors, TaskTopic } from "../monitor/monitors.ts";
import type { NodeFiles } from "../node.ts";
import { Execution, type ExecutionOptions } from "./execution.ts";
import { describeFailure, messageOf } from "./failure.ts";
import type { TraceLevel } from "./flow_trace.ts";
import type { Pipes } from "./pipes.ts";
import { type EndReason, TaskRecord } from "./task_record.ts";

/** What a task is started with and keeps for its life. */
export interface TaskSpec extends TaskTopic {
  readonly userId: string;
  /** What the key that started it may do; its nodes and keys can do no more. */
  readonly rights: ReadonlySet<Permission>;
  readonly provider: string;
  /** `<given name or display id>.<component name or source id>`. */
  readonly name: string;
  readonly threads: number;
  /** Seconds of idleness that are allowed; 0 for no limit. */
  readonly ttl: number;
  readonly traceLevel: TraceLevel;
  /** What started it. */
  readonly trigger: RunBegin["trigger"];
  /** A digest of the pipeline. */
  readonly pipelineHash: string;
  /** Values for placeholders, kept for restarts. */
  readonly env: Readonly<Record<string, string>>;
}

/** What tasks take from their engine. */
export interface TaskHost extends
  Pick<
    ExecutionOptions,
    | "clock"
    | "fetch"
    | "forwarding"
    | "maxObjectBytes"
    | "pipeIdleTimeout"
    | "stopTimeout"
  > {
  /** The files of a user, for nodes; all access is refused unless allowed. */
  filesOf(userId: string, allowed: boolean): NodeFiles;
  readonly monitors: Monitors;
  /** Called once for each task, when it has ended. */
  onTaskEnd(token: string): void;
}

/**
 * A pipeline under a token, from `execute` to its end. The nodes at work are an
 * `Execution`; a restart replaces it.
 */
export class Task {
  readonly spec: TaskSpec;
  readonly record: TaskRecord;
  /** The pipes, while the task takes data. */
  running: Pipes | undefined;
  readonly #host: TaskHost;
  readonly #clock: Clock;
  #pipeline: Pipeline;
  #reachesFiles: boolean;
  #execution: Execution | undefined;
  #ready: Deferred<void> = deferred();
  #stopping: Promise<void> | undefined;
  #touched: number;
  #cancelIdle: (() => void) | undefined;
  #cancelStop: (() => void) | undefined;

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
    this.#clock = host.clock;
    this.#touched = this.#clock.now();
    const events = host.monitors.eventsOf(spec);
    this.record = new TaskRecord({ ...spec, clock: host.clock, events });
  }

  get pipeline(): Pipeline {
    return this.#pipeline;
  }

  get active(): boolean {
    return !this.record.completed;
  }

  get stopping(): boolean {
    return this.active && this.#stopping !== undefined;
  }

  /** For how long there was no request for data, in seconds. */
  get idleSeconds(): number {
    const isIdle = this.active && !this.#isBusy;
    return isIdle ? (this.#clock.now() - this.#touched) / 1_000 : 0;
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
    if (!this.active || !execution) {
      throw new PipeException("Your pipeline is not running");
    }
    if (this.#stopping) throw terminating();
    if (this.record.state !== TASK_STATE.RUNNING) {
      await this.whenRunning();
      return await this.pipes();
    }
    this.touch();
    return execution.pipes;
  }

  touch(): void {
    this.#touched = this.#clock.now();
  }

  /** Abandon what a connection has open, once it has gone. */
  release(owner: object, reason: unknown): void {
    this.#execution?.pipes.release(owner, reason);
  }

  /** Stop after so many seconds, whether it is busy or not. */
  stopAfter(seconds: number): void {
    if (!this.active) return;
    const stop = (): void => void this.stop("ttl");
    this.#cancelStop = this.#clock.after(seconds * 1_000, stop, { ref: false });
  }

  /** Stop; resolves when the task has ended. Repeating it is harmless. */
  stop(reason: EndReason = "user"): Promise<void> {
    if (this.active) this.#stopping ??= this.#stop(reason);
    return this.#stopping ?? Promise.resolve();
  }

  /**
   * Replace the pipeline. Token, source, provider, counters and watchers stay.
   *
   * @param pipeline The new pipeline, placeholders unresolved.
   * @param plan The same, made ready to run.
   * @param reachesFiles Whether whoever gives it may use the files of the task's
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
    this.#cancelIdle?.();
    this.running = undefined;
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
    const { spec, record } = this;
    const files = this.#host.filesOf(spec.userId, this.#reachesFiles);
    const options = { ...this.#host, ...spec, plan, files, record };
    const execution = new Execution(options);
    this.#execution = execution;
    record.pipes = execution.pipes.byId;
    record.secrets = plan.secrets;
    record.enter(TASK_STATE.INITIALIZING, { status: "" });
    execution.start().then(
      () => {
        if (this.#stopping) return;
        record.enter(TASK_STATE.RUNNING, { serviceUp: true });
        this.touch();
        this.running = execution.pipes;
        this.#stopWhenIdle(spec.ttl * 1_000);
        ready.resolve();
      },
      (error) => {
        // A task that is stopping is ended by `stop`.
        if (!this.#stopping) this.#failToStart(error);
        const message = messageOf(error);
        const shown = plan.secrets.hide(message);
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

  async #stop(reason: EndReason): Promise<void> {
    this.#cancelIdle?.();
    this.running = undefined;
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
    }, reason);
  }

  #end(...last: Parameters<TaskRecord["end"]>): void {
    this.#cancelStop?.();
    this.record.end(...last);
    this.#execution = undefined;
    this.#host.onTaskEnd(this.spec.token);
  }

  get #isBusy(): boolean {
    return (this.#execution?.pipes.size ?? 0) > 0;
  }

  /**
   * Stop after so many milliseconds of idleness; 0 for never. Requests only note
   * the time, and one timer looks at it.
   */
  #stopWhenIdle(limit: number, wait = limit): void {
    if (limit === 0) return;
    const look = (): void => {
      if (this.#isBusy) this.touch();
      const left = this.#touched + limit - this.#clock.now();
      if (left > 0) this.#stopWhenIdle(limit, left);
      else void this.stop("ttl");
    };
    this.#cancelIdle = this.#clock.after(wait, look, { ref: false });
  }
}

function terminating(): PipeException {
  return new PipeException("Task is terminating, cannot process data requests");
}

function alreadyCompleted(): ExecutionException {
  return new ExecutionException("Task has already completed");
}
