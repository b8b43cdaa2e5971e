import { EVENT_BITS } from "../../../schema/event.ts";
import type { JsonObject } from "../../../schema/json.ts";
import {
  TASK_STATE,
  type TaskState,
  type TaskStatus,
} from "../../../schema/task.ts";
import type { Clock } from "../../async.ts";
import { Secrets } from "../../protocol/secrets.ts";
import type { RunBegin } from "../monitor/event_log.ts";
import type { TaskEvents } from "../monitor/monitors.ts";
import type { ObjectInfo } from "../node.ts";
import type { Failure } from "./failure.ts";
import { type FlowStep, flowTrace, type TraceLevel } from "./flow_trace.ts";
import { FlowStats } from "./flow_stats.ts";
import { jsonCopy } from "./object_response.ts";
import { Counters, emptyStatus, withMessage } from "./task_status.ts";

/** Pipes by their ids, with the components at work in each. */
type PathsById = ReadonlyMap<
  number,
  { readonly pipe: { readonly path: readonly string[] } }
>;

const NO_PIPES: PathsById = new Map();
/** The least time between two updates of a status. */
const INTERVAL_MS = 1_000;

export interface TaskRecordOptions {
  readonly name: string;
  readonly projectId: string;
  readonly source: string;
  readonly traceLevel: TraceLevel;
  readonly trigger: RunBegin["trigger"];
  readonly pipelineHash: string;
  readonly clock: Clock;
  readonly events: TaskEvents;
}

/** What has stopped a task: a request, or idleness. */
export type EndReason = "user" | "ttl";

/** The fields of a status that change by assignment. */
type Changing = Pick<
  TaskStatus,
  | "completed"
  | "state"
  | "startTime"
  | "endTime"
  | "status"
  | "currentObject"
  | "currentSize"
  | "errors"
  | "notes"
  | "warnings"
  | "serviceUp"
  | "exitCode"
  | "exitMessage"
>;

/** What is known about a task: its status, and the events that report it. */
export class TaskRecord {
  readonly moves: { count: number } = { count: 0 };
  /** What must not show; that of the plan which runs. */
  secrets: Secrets = new Secrets();
  pipes: PathsById = NO_PIPES;
  readonly isTraced: boolean;
  readonly #stats: FlowStats | undefined;
  /** The number of the run's first event in the log. */
  #beginSeq: number | null = null;
  readonly #options: TaskRecordOptions;
  readonly #counters: Counters;
  #fields: Changing;
  /** When the status was last sent, and how many moves there were. */
  #sentAt = -INTERVAL_MS;
  #sentMoves = 0;
  #isDirty = false;
  #cancelUpdate: (() => void) | undefined;

  constructor(options: TaskRecordOptions) {
    this.#options = options;
    this.isTraced = options.traceLevel !== "none";
    if (this.isTraced) this.#stats = new FlowStats(options.clock);
    this.#counters = new Counters(options.clock);
    const { projectId, source } = options;
    this.#fields = { ...emptyStatus(projectId, source), status: "" };
  }

  get state(): TaskState {
    return this.#fields.state;
  }

  get completed(): boolean {
    return this.#fields.completed;
  }

  get endedBadly(): boolean {
    return this.completed && this.#fields.exitCode !== 0;
  }

  read(): TaskStatus {
    this.#watchMoves();
    const { name, projectId, source } = this.#options;
    return {
      ...emptyStatus(projectId, source),
      ...this.#fields,
      ...this.#counters.read(),
      ...this.#stats?.read(),
      name,
      // In process, the caller may change the answer.
      warnings: [...this.#fields.warnings],
      errors: [...this.#fields.errors],
      notes: structuredClone(this.#fields.notes),
      pipeflow: {
        totalPipes: this.pipes.size,
        byPipe: Object.fromEntries(
          [...this.pipes].map(([id, { pipe }]) => [id, pipe.path]),
        ),
      },
    };
  }

  /** Move to another state; watchers are told at once. */
  enter(state: TaskState, fields: Partial<Changing> = {}): void {
    const { events, traceLevel, trigger, pipelineHash } = this.#options;
    const begun = state === TASK_STATE.STARTING && this.#fields.startTime === 0;
    if (begun) {
      const run = { traceLevel, trigger, pipelineHash };
      this.#beginSeq = events.begin(run);
    }
    const times = begun ? { startTime: unixSeconds() } : {};
    const before = this.#fields.state;
    this.#fields = { ...this.#fields, ...times, ...fields, state };
    this.#update();
    // Nothing is measured here, but clients that show figures wait for some.
    if (before !== state && state === TASK_STATE.RUNNING) this.#measure();
  }

  end(
    state: TaskState,
    fields: Pick<Changing, "status" | "exitCode" | "exitMessage">,
    reason?: EndReason,
  ): void {
    this.pipes = NO_PIPES;
    this.enter(state, {
      ...fields,
      exitMessage: this.secrets.hide(fields.exitMessage),
      completed: true,
      serviceUp: false,
      endTime: unixSeconds(),
    });
    this.#measure();
    this.announce("end", reason);
    // A run that lasted for its whole `ttl` has succeeded.
    const isStopped = state === TASK_STATE.CANCELLED && reason !== "ttl";
    this.#options.events.end({
      outcome: isStopped ? "cancelled" : this.endedBadly ? "error" : "ok",
      detail: this.#fields.exitMessage,
      reason,
    });
  }

  /** Report that the task began, ended or started again. */
  announce(action: "begin" | "end" | "restart", reason?: EndReason): void {
    const { events, name, projectId, source } = this.#options;
    if (action === "restart") events.restart();
    const body = (): Record<string, unknown> => ({
      action,
      name,
      projectId,
      source,
      ...(action === "begin" && { beginSeq: this.#beginSeq }),
      ...(reason !== undefined && { reason }),
    });
    events.publish(EVENT_BITS.TASK, "apaevt_task", body);
  }

  status(given: string): void {
    const message = this.secrets.hide(given);
    this.#set({ status: message }, "apaevt_status_message", { message });
    this.#print(message);
  }

  note(note: string | JsonObject): void {
    const notes = [...this.#fields.notes, structuredClone(note)];
    this.#set({ notes }, "apaevt_status_user", {
      notes: structuredClone(notes),
    });
  }

  clearNotes(): void {
    this.#fields = { ...this.#fields, notes: [] };
  }

  warn(given: string): void {
    const message = this.secrets.hide(given);
    const warnings = withMessage(this.#fields.warnings, "Warning", message);
    this.#set({ warnings }, "apaevt_status_warning", { message });
    this.#print(message);
  }

  failed({ message: given, file, line }: Failure): void {
    const message = this.secrets.hide(given);
    const { errors: known } = this.#fields;
    const errors = withMessage(known, "Error", message, file, line);
    this.#set({ errors }, "apaevt_status_error", { message });
    this.#print(message);
  }

  opened({ name: object, size = 0 }: ObjectInfo): void {
    const fields = { currentObject: object, currentSize: size };
    this.#set(fields, "apaevt_status_object", { object, size });
  }

  ended(pipeId: number, outcome: "completed" | "failed", size: number): void {
    this.#stats?.abandon(pipeId);
    this.#counters.add(outcome, size);
    this.#set({}, "apaevt_status_counts", this.#counters.read());
  }

  sse(pipeId: number, type: string, data: JsonObject | undefined): void {
    const body = (): Record<string, unknown> => ({
      pipe_id: pipeId,
      type,
      // A node may change later what it has sent.
      ...(data && Object.keys(data).length > 0 && { data: jsonCopy(data) }),
    });
    const { events } = this.#options;
    events.publish(EVENT_BITS.SSE, "apaevt_sse", body, pipeId);
  }

  flow(pipeId: number, path: readonly string[], step: FlowStep): void {
    const { events, traceLevel } = this.#options;
    const seq = events.publish(EVENT_BITS.FLOW, "apaevt_flow", () => ({
      id: pipeId,
      op: step.op,
      component: path.at(-1) ?? "",
      // A component that an object leaves is not at work any more.
      pipes: step.op === "leave" ? path.slice(0, -1) : path,
      trace: this.secrets.hideIn(flowTrace(step, traceLevel)),
    }));
    this.#stats?.add(pipeId, path, step, seq);
  }

  /** The status has the same, and is not sent for it. */
  #measure(): void {
    const { projectId, source, events } = this.#options;
    const { metrics } = emptyStatus(projectId, source);
    const body = (): Record<string, unknown> => ({ metrics });
    events.publish(EVENT_BITS.DETAIL, "apaevt_status_metrics", body);
  }

  /** Change fields, report it, and send the status with the next update. */
  #set(fields: Partial<Changing>, event: string, body: object): void {
    this.#fields = { ...this.#fields, ...fields };
    const { events } = this.#options;
    events.publish(EVENT_BITS.DETAIL, event, () => ({ ...body }));
    this.#changed();
  }

  /** What a server's engine would have printed. */
  #print(line: string): void {
    const body = { category: "console", output: `${line}\n` };
    this.#options.events.publish(EVENT_BITS.OUTPUT, "output", () => body);
  }

  /** Send the status with the next update, at most one second from now. */
  #changed(): void {
    const { clock, events } = this.#options;
    if (this.#isDirty || !events.wanted(EVENT_BITS.SUMMARY)) return;
    const wait = this.#sentAt + INTERVAL_MS - clock.now();
    if (wait <= 0) return this.#update();
    this.#isDirty = true;
    this.#cancelUpdate?.();
    this.#cancelUpdate = clock.after(wait, () => this.#update());
  }

  /**
   * Look every second whether objects have moved, while there are any and the
   * status is watched: a report of each move would cost more than the move.
   */
  #watchMoves(): void {
    const { clock, events } = this.#options;
    if (this.#cancelUpdate || this.pipes.size === 0) return;
    if (!events.wanted(EVENT_BITS.SUMMARY)) return;
    const look = (): void => {
      this.#cancelUpdate = undefined;
      if (this.moves.count !== this.#sentMoves) this.#update();
      else this.#watchMoves();
    };
    this.#cancelUpdate = clock.after(INTERVAL_MS, look, { ref: false });
  }

  #update(): void {
    const { clock, events } = this.#options;
    this.#cancelUpdate?.();
    this.#cancelUpdate = undefined;
    this.#isDirty = false;
    this.#sentAt = clock.now();
    this.#sentMoves = this.moves.count;
    const isFinal = this.completed;
    const body = (): Record<string, unknown> => ({
      ...this.read(),
      ...(isFinal && { final: true }),
    });
    events.publish(EVENT_BITS.SUMMARY, "apaevt_status_update", body);
  }
}

function unixSeconds(): number {
  return Date.now() / 1_000;
}
