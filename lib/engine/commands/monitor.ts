import { EVENT_BITS } from "../../../schema/event.ts";
import { TASK_STATE } from "../../../schema/task.ts";
import { RocketRideException } from "../../errors.ts";
import { existing, isAllowed } from "../access/permissions.ts";
import { readScope } from "../access/scope.ts";
import { isName } from "../pipeline/component.ts";
import { type MonitorKey, readMask } from "../monitor/monitors.ts";
import type { Task } from "../run/task.ts";
import { emptyStatus } from "../run/task_status.ts";
import type { Call, Reply } from "./call.ts";
import { shownStatus } from "./task.ts";

/** Each subscription is kept. */
const MAX_CHARACTERS = 4_096;

/**
 * `rrext_monitor`: subscribe to events of a task, a project or everything, in
 * place of the subscription to the same target.
 *
 * A kind that is new is answered at once, before the reply: `SUMMARY` with a
 * status, `TASK` with the list of tasks.
 */
export function monitor(call: Call): Reply {
  const { key, task } = readTarget(call);
  const mask = readMask(call.args);
  const gained = call.caller.subscriptions.set(key, mask);
  call.core.dashboard.monitorChanged(call.caller, key, mask);
  if (gained & EVENT_BITS.SUMMARY) sendStatus(call, key, task);
  if (gained & EVENT_BITS.TASK) sendTasks(call);
}

/** What a request watches; the task itself when it named a token. */
interface Target {
  readonly key: MonitorKey;
  readonly task?: Task;
}

function readTarget(call: Call): Target {
  const { token, args } = call;
  const { projectId, source, pipeId: given } = args;
  const named = isName(projectId) && isName(source);
  if (named && projectId.length + source.length > MAX_CHARACTERS) {
    throw new RocketRideException(
      `projectId and source may have ${MAX_CHARACTERS} characters at most`,
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
    const task = existing(call.core.tasks, token);
    const { projectId, source, runKind, teamId } = task.spec;
    const topic = { projectId, source, pipeId, runKind, teamId };
    return { key: { kind: "source", ...topic }, task };
  }
  if (named) {
    const topic = { projectId, source, pipeId, ...readScope(args) };
    return { key: { kind: "source", ...topic } };
  }
  throw new RocketRideException(
    "You must specifiy either token or project_id/source",
  );
}

function sendStatus(call: Call, key: MonitorKey, named?: Task): void {
  if (key.kind === "all") return;
  const { caller, core } = call;
  const { projectId, source } = key;
  const event = "apaevt_status_update";
  const { runKind, teamId } = key;
  const found = named
    ? [named]
    : core.tasks.ofSource(projectId, source).filter(({ spec }) =>
      spec.runKind === runKind && spec.teamId === teamId
    );
  // Of several that ran under one source, the latest is enough.
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
  ).map(({ spec }) => {
    const { displayId: id, name, projectId, source, runKind, teamId } = spec;
    return { id, name, projectId, source, runKind, teamId };
  });
  caller.sendEvent("apaevt_task", { action: "running", tasks, __id: "" });
}
