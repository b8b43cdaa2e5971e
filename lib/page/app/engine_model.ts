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

/** Milliseconds between two looks of the page at what has changed. */
const BEAT_MS = 250;

/**
 * Rises when something has changed, four times a second at most. What is known
 * is in plain objects: events come by the thousand, and none of them may cost
 * a rendering of its own.
 */
export const beat: Signal<number> = signal(0);

/** Rises each second, for what shows rates. */
export const second: Signal<number> = signal(0);

/** The tasks by id, in the order in which they were started. */
export const tasks: Map<string, TaskModel> = new Map();

/** What happened lately. */
export const log: EventLog = new EventLog();

/** All tasks together. */
export const total: Series = new Series();

/** What the dashboard told about the engine. */
export const overview: Signal<DashboardOverview | undefined> = signal(
  undefined,
);

/** Why what is shown is not complete; empty when it is. */
export const trouble: Signal<string> = signal("");

let hasChanged = false;

/**
 * Learn what runs, and follow all that happens, until the session ends.
 * Failures are shown.
 */
export function follow({ session, address }: Access): void {
  const beats = setInterval(() => {
    // A hidden page is brought up to date when it is shown.
    if (hasChanged && !document.hidden) beat.value++;
    hasChanged &&= document.hidden;
  }, BEAT_MS);
  const seconds = setInterval(nextSecond, 1_000);
  // Another key may not see what the one before has seen.
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
      trouble.value = `Cannot follow the engine: ${reason}`;
      void refresh(session);
    },
  });
  session.signal.addEventListener("abort", () => {
    stop();
    clearInterval(beats);
    clearInterval(seconds);
  });
}

let asking: Promise<void> = Promise.resolve();
let isWaiting = false;

/** Ask the engine what runs; calls that come while one waits share it. */
export function refresh(session: Session): Promise<void> {
  if (isWaiting) return asking;
  isWaiting = true;
  asking = asking.then(() => {
    isWaiting = false;
    return askWhatRuns(session);
  });
  return asking;
}

async function askWhatRuns(session: Session): Promise<void> {
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
 * The token of a task that runs.
 *
 * @throws {Error} It has ended.
 */
export async function tokenOf(
  session: Session,
  { projectId, source }: TaskModel,
): Promise<string> {
  const token = await getTaskToken(session, { projectId, source });
  if (token === undefined) throw new Error("This task has ended");
  return token;
}

/** Learn what a task runs, unless that is known. */
export async function loadPipeline(
  session: Session,
  task: TaskModel,
): Promise<void> {
  if (task.pipeline || task.completed) return;
  const token = await tokenOf(session, task);
  // Events tell only what changes.
  task.update(await getTaskStatus(session, token));
  task.pipeline = await getTaskPipeline(session, token);
  changed();
}

/** The page has waited so long for an object, in milliseconds. */
export function measured(task: TaskModel, latency: number): void {
  // A task that is traced tells by itself how long its objects take.
  if (task.isTraced) return;
  task.series.took(latency);
  total.took(latency);
}

/** What is shown is no longer what is known. */
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
    // What others subscribe to changes nothing that is shown.
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
