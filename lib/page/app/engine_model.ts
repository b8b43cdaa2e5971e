import { type Signal, signal } from "@preact/signals";
import {
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  type Session,
  type StreamedEvent,
} from "@rocketride/streams";
import { getDashboard } from "@rocketride/streams/admin";
import { type DashboardOverview, isEventOf } from "@rocketride/streams/schema";
import type { Access } from "./connection.ts";
import { EventLog } from "./event_log.ts";
import { receiveEvents } from "./events_feed.ts";
import { reasonOf } from "./format.ts";
import { Series } from "./series.ts";
import { TaskModel } from "./task_model.ts";

/** Milliseconds between two checks for changes. */
const BEAT_MS = 250;

/**
 * Rises after changes, at most four times a second. The state is in plain
 * objects: with thousands of events a second, not every event may render.
 */
export const beat: Signal<number> = signal(0);

/** Rises each second, for rates. */
export const second: Signal<number> = signal(0);

/** The tasks by id, in the order in which they were started. */
export const tasks: Map<string, TaskModel> = new Map();

/** The latest events. */
export const log: EventLog = new EventLog();

/** All tasks together. */
export const total: Series = new Series();

/** The engine's part of its dashboard. */
export const overview: Signal<DashboardOverview | undefined> = signal(
  undefined,
);

/** Why the page is incomplete; empty if it is complete. */
export const trouble: Signal<string> = signal("");

let hasChanged = false;

/**
 * Load the tasks and receive all events, until the session ends. Failures are
 * shown.
 */
export function follow({ session, address }: Access): void {
  const beats = setInterval(() => {
    // A hidden page renders once it is visible again.
    if (hasChanged && !document.hidden) beat.value++;
    hasChanged &&= document.hidden;
  }, BEAT_MS);
  const seconds = setInterval(nextSecond, 1_000);
  // Another key may have fewer rights: discard the previous state.
  trouble.value = "";
  overview.value = undefined;
  tasks.clear();
  log.clear();
  total.clear();
  const stop = receiveEvents(address, {
    onReady: () => void refresh(session),
    onEvents(batch): void {
      for (const [at, event] of batch) take(session, at, event);
    },
    onFailure(reason): void {
      trouble.value = `Cannot receive events: ${reason}`;
      void refresh(session);
    },
  });
  session.signal.addEventListener("abort", () => {
    stop();
    clearInterval(beats);
    clearInterval(seconds);
  });
}

let loading: Promise<void> = Promise.resolve();
let isWaiting = false;

/** Load the tasks; calls share a load that has not begun. */
export function refresh(session: Session): Promise<void> {
  if (isWaiting) return loading;
  isWaiting = true;
  loading = loading.then(() => {
    isWaiting = false;
    return loadTasks(session);
  });
  return loading;
}

async function loadTasks(session: Session): Promise<void> {
  try {
    const dashboard = await getDashboard(session);
    overview.value = dashboard.overview;
    const known = new Set(dashboard.tasks.map(({ id }) => id));
    for (const id of tasks.keys()) if (!known.has(id)) tasks.delete(id);
    for (const row of dashboard.tasks) {
      const { id, projectId, source } = row;
      const task = tasks.get(id) ?? new TaskModel(id, projectId, source);
      task.list(row);
      tasks.set(id, task);
    }
    changed();
  } catch (error) {
    if (session.signal.aborted) return;
    trouble.value = `Cannot list the tasks: ${reasonOf(error)}`;
  }
}

/**
 * Get the token of a running task.
 *
 * @throws {Error} The task has ended.
 */
export async function tokenOf(
  session: Session,
  { projectId, source }: TaskModel,
): Promise<string> {
  const token = await getTaskToken(session, { projectId, source });
  if (token === undefined) throw new Error("This task has ended");
  return token;
}

/** Load the status and the pipeline of a task, unless they are loaded. */
export async function loadPipeline(
  session: Session,
  task: TaskModel,
): Promise<void> {
  if (task.pipeline || task.completed) return;
  const token = await tokenOf(session, task);
  // Events have only changes.
  task.update(await getTaskStatus(session, token));
  task.pipeline = await getTaskPipeline(session, token);
  changed();
}

/** Record how long the page waited for an object, in milliseconds. */
export function measured(task: TaskModel, latency: number): void {
  // The events of a traced task have the times of its objects.
  if (task.isTraced) return;
  task.series.took(latency);
  total.took(latency);
}

/** Render at the next beat. */
export function changed(): void {
  hasChanged = true;
}

function take(session: Session, at: number, event: StreamedEvent): void {
  hasChanged = true;
  log.add(at, event);
  if (event.type === "gap") return void refresh(session);
  const id = event.body?.__id;
  if (isEventOf(event, "apaevt_task")) {
    if (event.body.action !== "running") void refresh(session);
    return;
  }
  if (isEventOf(event, "apaevt_dashboard")) {
    // Subscriptions of other clients are not shown.
    if (event.body.action !== "monitor_changed") void refresh(session);
    return;
  }
  const task = id === undefined ? undefined : tasks.get(id);
  if (!task) {
    if (id) void refresh(session);
    return;
  }
  if (isEventOf(event, "apaevt_flow")) {
    const latency = task.flow(at, event.body);
    if (latency !== undefined) total.took(latency);
  } else if (isEventOf(event, "apaevt_status_counts")) {
    task.count(event.body);
  } else if (isEventOf(event, "apaevt_status_update")) {
    task.update(event.body);
  }
}

function nextSecond(): void {
  const now = Date.now() / 1_000;
  let done = 0;
  let failed = 0;
  for (const task of tasks.values()) {
    const last = task.second(now);
    done += last.done;
    failed += last.failed;
  }
  total.add(now, done, failed);
  if (!document.hidden) second.value++;
}
