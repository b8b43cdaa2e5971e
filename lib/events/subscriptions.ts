import {
  didFail,
  type EventMessage,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import { EVENT_BITS } from "../../schema/event.ts";
import { ignore } from "../async.ts";
import { isDAPException, RocketRideException } from "../errors.ts";
import { refusal } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions } from "../session/session.ts";
import type { MonitorKey, Project } from "./target.ts";

/** A reader of events. */
export interface Subscriber {
  /** The kinds of events that it wants. */
  readonly types: readonly string[];
  /** The session has reconnected; events may be missing. */
  onGap(): void;
  /** All subscriptions of the session end. */
  onClear?(): void;
}

interface Entry {
  readonly key: MonitorKey;
  /** Each with whether the engine has acknowledged its subscription. */
  readonly subscribers: Map<Subscriber, boolean>;
  /** The kinds that the engine has acknowledged last, if that is known. */
  applied: string | undefined;
  /** Whether the engine has lost the subscription since. */
  isLost: boolean;
  /** Settles when the latest change is done. */
  change: Promise<void>;
}

/** The options of a change, and the connection that it is meant for. */
type ChangeOptions = CallOptions & {
  readonly connectionId?: number | undefined;
};

/** The subscriptions of a session. */
interface Subscriptions {
  /** Add a subscriber; resolves when the engine has acknowledged it. */
  add(
    key: MonitorKey,
    subscriber: Subscriber,
    options: CallOptions,
  ): Promise<void>;
  /** Remove a subscriber; the others keep their events. */
  remove(key: MonitorKey, subscriber: Subscriber): Promise<void>;
  /** Remove all subscribers; failures of the requests are ignored. */
  clear(): Promise<void>;
}

const tables = new WeakMap<SessionCore, Subscriptions>();

/** The subscriptions of a session. */
export function subscriptionsOf(core: SessionCore): Subscriptions {
  let table = tables.get(core);
  if (!table) tables.set(core, table = subscriptionTable(core));
  return table;
}

/**
 * Make the subscriptions of a session. The engine has one set of kinds for each
 * key, and each request replaces it. So each request has the kinds of all
 * subscribers of the key, and changes are made one at a time.
 */
function subscriptionTable(core: SessionCore): Subscriptions {
  const entries = new Map<string, Entry>();

  async function add(
    key: MonitorKey,
    subscriber: Subscriber,
    options: CallOptions,
  ): Promise<void> {
    const entry = entries.get(key.id) ?? {
      key,
      subscribers: new Map(),
      applied: "",
      isLost: false,
      change: Promise.resolve(),
    };
    entries.set(key.id, entry);
    const { subscribers } = entry;
    subscribers.set(subscriber, false);
    try {
      await syncConnected(entry, options);
    } catch (error) {
      // Not awaited: the engine may not answer.
      remove(key, subscriber).catch(ignore);
      throw error;
    }
    if (subscribers.has(subscriber)) subscribers.set(subscriber, true);
  }

  async function remove(
    key: MonitorKey,
    subscriber: Subscriber,
  ): Promise<void> {
    const entry = entries.get(key.id);
    if (!entry?.subscribers.delete(subscriber)) return;
    const { connectionId, ready } = core;
    try {
      if (ready) await sync(entry, { connectionId });
    } finally {
      // Even if the request failed, there is no subscriber left.
      const unwanted = entry.subscribers.size === 0;
      if (unwanted && entries.get(key.id) === entry) entries.delete(key.id);
    }
  }

  async function clear(): Promise<void> {
    const removals: Promise<void>[] = [];
    for (const { key, subscribers } of entries.values()) {
      for (const subscriber of [...subscribers.keys()]) {
        // Before the subscriber does so itself, and waits for nothing.
        removals.push(remove(key, subscriber));
        subscriber.onClear?.();
      }
    }
    await Promise.allSettled(removals);
  }

  /**
   * The same once there is a connection. A call that waits for one is not in
   * the queue of changes: restoring would have to wait for it.
   */
  async function syncConnected(
    entry: Entry,
    options: CallOptions,
  ): Promise<void> {
    let { timeout } = options;
    for (;;) {
      const waiting = { ...options, timeout };
      if (!core.ready) {
        timeout = await core.untilConnected("rrext_monitor", waiting);
      }
      const { connectionId } = core;
      try {
        return await sync(entry, { ...options, timeout, connectionId });
      } catch (error) {
        // The connection was lost before the request left.
        const unsent = isDAPException(error, "not-connected");
        if (!unsent || core.connectionId === connectionId) throw error;
      }
    }
  }

  /** Send what all want together, when the earlier changes are done. */
  function sync(entry: Entry, options: ChangeOptions): Promise<void> {
    const change = entry.change.then(() => apply(entry, options));
    entry.change = change.catch(ignore);
    return change;
  }

  async function apply(entry: Entry, options: ChangeOptions): Promise<void> {
    options.signal?.throwIfAborted();
    const { key } = entry;
    const types = unionOf(entry);
    const wanted = types.join();
    if (wanted === entry.applied && !entry.isLost) return;
    entry.isLost = false;
    // A change that is given up half-way may have been made, or not.
    entry.applied = undefined;
    let response = await send(key, types, options);
    // The token of a run that is over; the next run has the same project.
    if (didFail(response) && key.token !== undefined && key.project) {
      const byProject = { ...key, token: undefined };
      const again = await send(byProject, types, options);
      if (!didFail(again)) response = again;
    }
    // An engine that does not know the task any more has no subscription, too.
    if (didFail(response) && wanted !== "") {
      throw refusal(response, RocketRideException);
    }
    entry.applied = wanted;
  }

  function send(
    { token, project, pipeId }: MonitorKey,
    types: readonly string[],
    options: ChangeOptions,
  ): Promise<ResponseMessage> {
    const named = token === undefined ? undefined : { token };
    return core.request({
      command: "rrext_monitor",
      ...named,
      arguments: { ...named ?? project, pipeId, types },
    }, options);
  }

  async function restore(
    entry: Entry,
    options: ChangeOptions,
  ): Promise<void> {
    entry.isLost = true;
    // Before the requests: engines send the current state before they answer.
    for (const [subscriber, isKnown] of entry.subscribers) {
      if (isKnown) subscriber.onGap();
    }
    await sync(entry, options);
    // A subscriber that left meanwhile could not send its change.
    await sync(entry, options);
  }

  core.restorers.add(async (signal) => {
    const all = [...entries.values()].map((it) => restore(it, { signal }));
    await Promise.allSettled(all);
  });
  // Engines forget subscriptions when an older run is cleared away.
  core.listeners.add(({ event, body }) => {
    if (event !== "apaevt_task") return;
    if (body.action !== "begin" && body.action !== "restart") return;
    for (const entry of entries.values()) {
      const { projectId, source } = entry.key.project ?? {};
      if (projectId !== body.projectId) continue;
      if (source !== "*" && source !== body.source) continue;
      entry.isLost = true;
      // The next subscriber sends a change.
      if (entry.subscribers.size === 0) continue;
      // Waits for a connection that is being restored.
      syncConnected(entry, {}).catch(ignore);
    }
  });
  return { add, remove, clear };
}

/**
 * What the subscribers of an entry want together. As names: servers ignore
 * those that they do not know, and refuse a mask with such bits. By `ALL` each
 * server means all of its own.
 */
function unionOf({ subscribers }: Entry): readonly string[] {
  const lists = [...subscribers.keys()].map(({ types }) => types);
  const all = new Set(lists.flat());
  const known = Object.keys(EVENT_BITS);
  const wanted = all.has("ALL") ? ["ALL"] : known.filter((it) => all.has(it));
  return [...wanted, ...[...all].filter((it) => !known.includes(it))];
}

/**
 * Check whether an event may be about a target. Few bodies name their project;
 * all from the engine have `__id`, which ends in the source, and begins with
 * the task's token. Events of uploads are made here, where the token is known.
 */
export function isAbout(
  key: MonitorKey,
  { body }: EventMessage,
  token?: string,
): boolean {
  if (key.id === "*") return true;
  if (token !== undefined && key.token !== undefined) {
    return token === key.token;
  }
  const { pipeId, project, taskId } = key;
  if (pipeId !== undefined && body.pipe_id !== pipeId) return false;
  if (!project) return true;
  const { projectId, source } = project;
  const given = body.projectId ?? body.project_id;
  if (typeof given === "string" && given !== projectId) return false;
  const id = typeof body.__id === "string" ? body.__id : "";
  if (id && taskId !== undefined) {
    // The status of a project without a task has no task to name.
    return id === taskId || id === `${projectId}.${source}`;
  }
  if (!isInScope(project, body)) return false;
  if (source === "*") return true;
  if (typeof body.source === "string") return body.source === source;
  return !id || id.endsWith(`.${source}`);
}

/** Whether an event of a run is one of those that are meant. */
function isInScope(
  project: Project,
  { teamId, runKind }: Readonly<Record<string, unknown>>,
): boolean {
  // Only servers that know teams can send what is a team's.
  if (teamId || project.teamId) return teamId === project.teamId;
  return runKind === undefined || runKind === (project.runKind ?? "dev");
}
