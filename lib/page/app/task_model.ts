import type { Pipeline, TaskCounters, TaskStatus } from "@rocketride/streams";
import type { DashboardTask, FlowBody } from "@rocketride/streams/schema";
import { TASK_STATE, type TaskState } from "@rocketride/streams/schema";
import { Series } from "./series.ts";

/** How many open objects are kept, to measure their latency. */
const MOST_OPEN = 4_096;

const STATES: Readonly<Record<number, string>> = {
  [TASK_STATE.STARTING]: "starting",
  [TASK_STATE.INITIALIZING]: "starting",
  [TASK_STATE.RUNNING]: "running",
  [TASK_STATE.STOPPING]: "stopping",
  [TASK_STATE.COMPLETED]: "ended",
  [TASK_STATE.CANCELLED]: "stopped",
};

/** The counts of a component or a connection of a pipeline. */
export interface Passage {
  /** How many objects entered it. */
  passed: number;
  /** How many objects failed in it. */
  failed: number;
}

/** Called when an object passes from one component to another. */
export type OnPass = (from: string, to: string) => void;

/** A task, as the dashboard and the events describe it. */
export class TaskModel {
  readonly id: string;
  readonly projectId: string;
  readonly source: string;
  readonly series: Series = new Series();
  /** By component. */
  readonly components: Map<string, Passage> = new Map();
  /** By connection, see {@linkcode connectionKey}. */
  readonly connections: Map<string, Passage> = new Map();
  name: string;
  provider = "";
  state: TaskState = TASK_STATE.NONE;
  completed = false;
  endedBadly = false;
  status = "";
  exitMessage = "";
  startTime = 0;
  endTime = 0;
  done = 0;
  failed = 0;
  bytes = 0;
  errors: readonly string[] = [];
  warnings: readonly string[] = [];
  /** The busy components of the last status. */
  busy: ReadonlySet<string> = new Set();
  /** Its pipeline, once loaded. */
  pipeline: Pipeline | undefined;
  /** Whether its events have the steps of its objects. */
  isTraced = false;
  /** Set by the drawing while it is shown; there is at most one. */
  onPass: OnPass | undefined;
  /** By pipe: when its object began, and the failure that was counted. */
  readonly #open: Map<number, { since: number; error?: unknown }> = new Map();
  #counted: { done: number; failed: number } | undefined;

  /** Make the model of a task of which only the address is known. */
  constructor(id: string, projectId: string, source: string) {
    this.id = id;
    this.projectId = projectId;
    this.source = source;
    this.name = source;
  }

  /** The name without the source, which engines append. */
  get label(): string {
    const end = `.${this.source}`;
    return this.name.endsWith(end)
      ? this.name.slice(0, -end.length)
      : this.name;
  }

  /** The lanes of the source; `undefined` until the pipeline is loaded. */
  get lanes(): ReadonlySet<string> | undefined {
    return this.pipeline && new Set(
      this.pipeline.components.flatMap(({ input = [] }) =>
        input.filter(({ from }) => from === this.source)
          .map(({ lane }) => lane)
      ),
    );
  }

  /** The state in a word. */
  get stateName(): string {
    if (this.completed && this.endedBadly) return "failed";
    return STATES[this.state] ?? "unknown";
  }

  /** The kind of the state, for its colour. */
  get mood(): "good" | "bad" | "soon" | "over" {
    if (this.stateName === "failed") return "bad";
    if (this.completed) return "over";
    return this.state === TASK_STATE.RUNNING ? "good" : "soon";
  }

  /** Apply a row of the dashboard. */
  list(row: DashboardTask): void {
    this.name = row.name || row.source;
    this.provider = row.provider ?? "";
    this.state = row.state;
    this.completed = row.completed;
    this.startTime = row.startTime;
    this.endTime = row.endTime ?? 0;
    this.endedBadly = (row.exitCode ?? 0) !== 0;
    const { completedCount = 0, totalCount = completedCount } = row;
    this.done = Math.max(this.done, completedCount);
    this.failed = Math.max(this.failed, totalCount - completedCount);
    if (row.status) this.status = row.status;
    this.#counted ??= { done: this.done, failed: this.failed };
  }

  /** Apply a status. */
  update(status: TaskStatus): void {
    this.name = status.name || this.name;
    this.state = status.state;
    this.completed = status.completed;
    this.status = status.status;
    this.exitMessage = status.exitMessage;
    this.endedBadly = (status.exitCode ?? 0) !== 0;
    this.startTime = status.startTime;
    this.endTime = status.endTime;
    this.errors = status.errors;
    this.warnings = status.warnings;
    this.busy = new Set(Object.values(status.pipeflow?.byPipe ?? {}).flat());
    this.count(status);
  }

  /** Apply the counters. */
  count({ completedCount, failedCount, totalSize }: TaskCounters): void {
    this.done = completedCount;
    this.failed = failedCount;
    this.bytes = totalSize;
    this.#counted ??= { done: this.done, failed: this.failed };
  }

  /**
   * Apply a step of an object.
   *
   * @param at The time of arrival, in milliseconds.
   * @returns How long the object took, once it has ended.
   */
  flow(
    at: number,
    { id, op, component, pipes, trace }: FlowBody,
  ): number | undefined {
    this.isTraced = true;
    const here = op === "leave" ? component : pipes.at(-1);
    const open = this.#open.get(id);
    switch (op) {
      case "begin":
        passage(this.components, this.source).passed++;
        this.#open.set(id, { since: at });
        if (this.#open.size > MOST_OPEN) this.#open.clear();
        break;
      case "enter":
        if (here !== undefined) this.#enter(pipes.at(-2), here);
        break;
      case "leave": {
        // The components before it fail with the same error.
        const error = trace?.error;
        if (error === undefined || here === undefined) break;
        if (open?.error === error) break;
        // It may have begun before the page was opened.
        this.#open.set(id, { since: open?.since ?? NaN, error });
        passage(this.components, here).failed++;
        const from = pipes.at(-1);
        if (from === undefined) break;
        passage(this.connections, connectionKey(from, here)).failed++;
        break;
      }
      case "end": {
        this.#open.delete(id);
        const latency = at - (open?.since ?? NaN);
        if (Number.isNaN(latency)) break;
        this.series.took(latency);
        return latency;
      }
    }
    return undefined;
  }

  /** End a second; returns its counts. */
  second(now: number): { done: number; failed: number } {
    const before = this.#counted ?? this;
    // The counters of a task that was started again begin at 0.
    const done = Math.max(0, this.done - before.done);
    const failed = Math.max(0, this.failed - before.failed);
    this.#counted = { done: this.done, failed: this.failed };
    this.series.add(now, done, failed);
    return { done, failed };
  }

  #enter(from: string | undefined, to: string): void {
    passage(this.components, to).passed++;
    if (from === undefined) return;
    passage(this.connections, connectionKey(from, to)).passed++;
    this.onPass?.(from, to);
  }
}

/** The key of a connection. Ids may have any character except this one. */
export function connectionKey(from: string, to: string): string {
  return `${from}\0${to}`;
}

function passage(all: Map<string, Passage>, key: string): Passage {
  let found = all.get(key);
  if (!found) all.set(key, found = { passed: 0, failed: 0 });
  return found;
}
