import { EVENT_BITS } from "../../../schema/event.ts";
import type { JsonObject } from "../../../schema/json.ts";
import {
  TASK_STATE,
  type TaskState,
  type TaskStatus,
} from "../../../schema/task.ts";
import type { Clock } from "../../async.ts";
import { Secrets } from "../../protocol/secrets.ts";
import { StatusFeed } from "../monitor/monitors.ts";
import type { TaskEvents } from "../monitor/monitors.ts";
import type { ObjectInfo } from "../node.ts";
import { Counters } from "./counters.ts";
import type { NodeReporter } from "./execution.ts";
import type { Failure } from "./failure.ts";
import { flowTrace, type TraceLevel } from "./flow_trace.ts";
import { jsonCopy } from "./json_copy.ts";
import { MessageLog } from "./message_log.ts";
import { emptyStatus } from "./empty_status.ts";
import type { FlowStep } from "./observer.ts";

/** What a record needs to know about its task. */
export interface TaskRecordOptions {
  /** The task's full name. */
  readonly name: string;
  /** The task's project. */
  readonly projectId: string;
  /** The task's source component. */
  readonly source: string;
  /** How much the task tells about what passes through it. */
  readonly traceLevel: TraceLevel;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Who is told about changes. */
  readonly events: TaskEvents;
}

/** The fields of a status that change by assignment. */
type Changing = {
  -readonly [
    Field in
      | "completed"
      | "state"
      | "startTime"
      | "endTime"
      | "status"
      | "currentObject"
      | "currentSize"
      | "serviceUp"
      | "exitCode"
      | "exitMessage"
  ]: TaskStatus[Field];
};

/**
 * What is known about a task: its status, and the events that tell others
 * about it.
 */
export class TaskRecord implements NodeReporter {
  readonly #options: TaskRecordOptions;
  readonly #feed: StatusFeed;
  readonly #counters: Counters;
  readonly #errors: MessageLog = new MessageLog("Error");
  readonly #warnings: MessageLog = new MessageLog("Warning");
  readonly #paths: Map<number, readonly string[]> = new Map();
  #notes: readonly (string | JsonObject)[] = [];
  #fields: Changing;
  /** What must not show; that of the plan which runs. */
  secrets: Secrets = new Secrets();

  /** Make the record of a task that has just been accepted. */
  constructor(options: TaskRecordOptions) {
    const { clock, events, projectId, source } = options;
    this.#options = options;
    this.#counters = new Counters(clock);
    this.#fields = { ...emptyStatus(projectId, source), status: "" };
    this.#feed = new StatusFeed({
      clock,
      wanted: () => events.wanted(EVENT_BITS.SUMMARY),
      send: () =>
        events.publish(
          EVENT_BITS.SUMMARY,
          "apaevt_status_update",
          () => this.read(),
        ),
    });
  }

  /** Where the task is. */
  get state(): TaskState {
    return this.#fields.state;
  }

  /** Whether the task has ended. */
  get completed(): boolean {
    return this.#fields.completed;
  }

  /** Whether the task has ended badly. */
  get endedBadly(): boolean {
    return this.completed && this.#fields.exitCode !== 0;
  }

  /** Whether flow steps are wanted at this moment. */
  get tracing(): boolean {
    const { traceLevel, events } = this.#options;
    return traceLevel !== "none" && events.wanted(EVENT_BITS.FLOW);
  }

  /** The status as it is now. */
  read(): TaskStatus {
    const { name, projectId, source } = this.#options;
    return {
      ...emptyStatus(projectId, source),
      ...this.#fields,
      ...this.#counters.read(),
      name,
      // In process, what is answered may be changed by whoever asked.
      warnings: [...this.#warnings.list()],
      errors: [...this.#errors.list()],
      notes: structuredClone(this.#notes),
      pipeflow: {
        totalPipes: this.#paths.size,
        byPipe: Object.fromEntries(this.#paths),
      },
    };
  }

  /** Move to another state; watchers are told at once. */
  enter(state: TaskState, fields: Partial<Changing> = {}): void {
    const begun = state === TASK_STATE.STARTING && this.#fields.startTime === 0;
    const times = begun ? { startTime: unixSeconds() } : {};
    const before = this.#fields.state;
    this.#fields = { ...this.#fields, ...times, ...fields, state };
    this.#feed.flush();
    // Nothing is measured here, but whoever shows figures waits for some.
    if (before !== state && state === TASK_STATE.RUNNING) this.#measure();
  }

  /** The end; the task's last words. */
  end(
    state: TaskState,
    fields: Pick<Changing, "status" | "exitCode" | "exitMessage">,
  ): void {
    this.#paths.clear();
    const endTime = unixSeconds();
    this.enter(state, {
      ...fields,
      exitMessage: this.secrets.hide(fields.exitMessage),
      completed: true,
      serviceUp: false,
      endTime,
    });
    this.#measure();
    this.announce("end");
  }

  /** Tell watchers that the task began, ended or started again. */
  announce(action: "begin" | "end" | "restart"): void {
    const { events, name, projectId, source } = this.#options;
    const body = (): object => ({ action, name, projectId, source });
    events.publish(EVENT_BITS.TASK, "apaevt_task", () => ({ ...body() }));
  }

  /** Set the human status text. */
  status(given: string): void {
    const text = this.secrets.hide(given);
    this.#fields.status = text;
    this.#detail("apaevt_status_message", () => ({ message: text }));
    this.#print(text);
  }

  /** Add a connection hint. */
  note(note: string | JsonObject): void {
    this.#notes = [...this.#notes, structuredClone(note)];
    this.#detail("apaevt_status_user", () => ({
      notes: structuredClone(this.#notes),
    }));
  }

  /** Forget the hints of nodes that run no longer. */
  clearNotes(): void {
    this.#notes = [];
  }

  /** Add a warning. */
  warn(given: string): void {
    const message = this.secrets.hide(given);
    this.#warnings.add(message);
    this.#detail("apaevt_status_warning", () => ({ message }));
    this.#print(message);
  }

  /** Add an error. */
  failed({ message: given, file, line }: Failure): void {
    const message = this.secrets.hide(given);
    this.#errors.add(message, file, line);
    this.#detail("apaevt_status_error", () => ({ message }));
    this.#print(message);
  }

  /** An object began. */
  opened({ name, size = 0 }: ObjectInfo): void {
    this.#fields.currentObject = name;
    this.#fields.currentSize = size;
    this.#detail("apaevt_status_object", () => ({ object: name, size }));
  }

  /** An object ended. */
  ended(outcome: "completed" | "failed", size: number): void {
    this.#counters.add(outcome, size);
    this.#detail("apaevt_status_counts", () => ({ ...this.#counters.read() }));
  }

  /** A node has a message for whoever watches the pipe. */
  sse(pipeId: number, type: string, data: JsonObject | undefined): void {
    const body = (): Record<string, unknown> => ({
      pipe_id: pipeId,
      type,
      // A node may go on with what it told.
      ...(data && Object.keys(data).length > 0 && { data: jsonCopy(data) }),
    });
    const { events } = this.#options;
    events.publish(EVENT_BITS.SSE, "apaevt_sse", body, pipeId);
  }

  /** The components at work in a pipe. */
  at(pipeId: number, path: readonly string[] | undefined): void {
    if (path) this.#paths.set(pipeId, path);
    else this.#paths.delete(pipeId);
    this.#feed.changed();
  }

  /** A step of an object. */
  flow(pipeId: number, path: readonly string[], step: FlowStep): void {
    const { events, traceLevel, projectId, source } = this.#options;
    events.publish(EVENT_BITS.FLOW, "apaevt_flow", () => ({
      id: pipeId,
      op: step.op,
      pipes: path,
      trace: this.secrets.hideIn(flowTrace(step, traceLevel)),
      project_id: projectId,
      source,
    }));
  }

  /** The status tells the same, and need not be sent for it. */
  #measure(): void {
    const { events } = this.#options;
    const body = (): Record<string, unknown> => ({
      metrics: this.read().metrics,
    });
    events.publish(EVENT_BITS.DETAIL, "apaevt_status_metrics", body);
  }

  #detail(event: string, body: () => Record<string, unknown>): void {
    this.#options.events.publish(EVENT_BITS.DETAIL, event, body);
    this.#feed.changed();
  }

  /** What a server's engine would have printed. */
  #print(line: string): void {
    const body = { category: "console", output: `${line}\n` };
    this.#options.events.publish(EVENT_BITS.OUTPUT, "output", () => body);
  }
}

function unixSeconds(): number {
  return Date.now() / 1_000;
}
