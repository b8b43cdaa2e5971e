import { EVENT_BITS } from "../../../schema/event.ts";
import { TASK_STATE } from "../../../schema/task.ts";
import { RocketRideException } from "../../errors.ts";
import { isAllowed } from "../access/permissions.ts";
import { isName } from "../pipeline/component.ts";
import { readMask } from "../monitor/subscriptions.ts";
import type { MonitorKey } from "../monitor/subscriptions.ts";
import { emptyStatus } from "../run/empty_status.ts";
import type { Task } from "../run/task.ts";
import { type Call, type Reply, taskOf } from "./call.ts";
import { shownStatus } from "./task.ts";

/** A connection may watch many sources, and each is kept. */
const MOST_CHARACTERS = 4_096;

/**
 * `rrext_monitor`: choose which events of a task, a project or everything to
 * get. Replaces what was chosen for the same target.
 *
 * What is new is answered at once, before the reply: with a status for
 * `SUMMARY`, with the list of tasks for `TASK`.
 */
export function monitor(call: Call): Reply {
  const { key, task } = readTarget(call);
  const mask = readMask(call.args);
  const gained = call.caller.subscriptions.set(key, mask);
  call.core.dashboard.monitorChanged(call.caller, key, mask);
  if (gained & EVENT_BITS.SUMMARY) sendStatus(call, key, task);
  if (gained & EVENT_BITS.TASK) sendTasks(call);
}

/** What a request watches; the very task when it named a token. */
interface Target {
  readonly key: MonitorKey;
  readonly task?: Task;
}

function readTarget(call: Call): Target {
  const { token, args } = call;
  const { projectId, source, pipeId: given } = args;
  const named = isName(projectId) && isName(source);
  if (named && projectId.length + source.length > MOST_CHARACTERS) {
    throw new RocketRideException(
      `projectId and source may have ${MOST_CHARACTERS} characters at most`,
    );
  }
  if (token !== undefined && named) {
    throw new RocketRideException(
      "You must specifiy either token or project_id/source, not both",
    );
  }
  const pipeId = typeof given === "number" ? given : undefined;
  if (token === "*") return { key: { kind: "all" } };
  if (token !== undefined) {
    const task = taskOf(call);
    const { projectId, source } = task.spec;
    return { key: { kind: "source", projectId, source, pipeId }, task };
  }
  if (named) return { key: { kind: "source", projectId, source, pipeId } };
  throw new RocketRideException(
    "You must specifiy either token or project_id/source",
  );
}

function sendStatus(call: Call, key: MonitorKey, named?: Task): void {
  if (key.kind === "all") return;
  const { caller, core } = call;
  const { projectId, source } = key;
  const event = "apaevt_status_update";
  const found = named ? [named] : core.tasks.ofSource(projectId, source);
  // Of several that ever ran under one source, the latest word is enough.
  const shown = source === "*"
    ? found.filter(({ active }) => active)
    : found.slice(0, 1);
  for (const { spec, record } of shown) {
    if (!isAllowed(call.identity, "task.monitor", spec.token)) continue;
    const status = shownStatus(call, record.read(), spec);
    caller.sendEvent(event, { ...status, __id: spec.displayId });
  }
  if (found.length > 0 || !call.identity.permissions.has("task.monitor")) {
    return;
  }
  const __id = `${projectId}.${source}`;
  caller.sendEvent(event, { ...emptyStatus(projectId, source), __id });
}

function sendTasks({ caller, core, identity }: Call): void {
  if (!identity.permissions.has("task.monitor")) return;
  const tasks = core.tasks.active().filter(({ spec, record }) =>
    record.state !== TASK_STATE.NONE &&
    isAllowed(identity, "task.monitor", spec.token)
  ).map(({ spec: { displayId: id, name, projectId, source } }) => {
    return { id, name, projectId, source };
  });
  caller.sendEvent("apaevt_task", { action: "running", tasks, __id: "" });
}
