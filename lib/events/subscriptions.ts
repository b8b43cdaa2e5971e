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
  /** The kinds that the engine was told last, if it has taken them. */
  applied: string | undefined;
  /** Whether the engine has lost that since it was told. */
  isLost: boolean;
  /** Settles when the latest change is done. */
  change: Promise<void>;
}

/** The options of a change, and the connection that it is meant for. */
type ChangeOptions = CallOptions & { readonly line?: number | undefined };

const tables = new WeakMap<SessionCore, SubscriptionTable>();

/** The subscriptions of a session. */
export function subscriptionsOf(core: SessionCore): SubscriptionTable {
  let table = tables.get(core);
  if (!table) tables.set(core, table = new SubscriptionTable(core));
  return table;
}

/**
 * The subscriptions of a session. The engine has one set of kinds for each key,
 * and each request replaces it. So each request has the kinds of all subscribers
 * of the key, and changes are made one at a time.
 */
export class SubscriptionTable {
  readonly #core: SessionCore;
  readonly #entries: Map<string, Entry> = new Map();

  constructor(core: SessionCore) {
    this.#core = core;
    core.restorers.add((signal) => this.#restore(signal));
    core.listeners.add((event) => this.#notice(event));
  }

  /** Add a subscriber; resolves when the engine has acknowledged it. */
  async add(
    key: MonitorKey,
    subscriber: Subscriber,
    options: CallOptions,
  ): Promise<void> {
    const entry = this.#entryOf(key);
    const { subscribers } = entry;
    subscribers.set(subscriber, false);
    try {
      await this.#syncConnected(entry, options);
    } catch (error) {
      // Who gives up does not wait for an engine that may be silent.
      this.remove(key, subscriber).catch(ignore);
      throw error;
    }
    if (subscribers.has(subscriber)) subscribers.set(subscriber, true);
  }

  /** Remove a subscriber; the others keep their events. */
  async remove(key: MonitorKey, subscriber: Subscriber): Promise<void> {
    const entry = this.#entries.get(key.id);
    if (!entry?.subscribers.delete(subscriber)) return;
    const { line, ready } = this.#core;
    try {
      if (ready) await this.#sync(entry, { line });
    } finally {
      // Even if the request failed, there is no subscriber left.
      const unwanted = entry.subscribers.size === 0;
      if (unwanted && this.#entries.get(key.id) === entry) {
        this.#entries.delete(key.id);
      }
    }
  }

  /** Remove all subscribers; what the engine says to that is ignored. */
  async clear(): Promise<void> {
    const all = [...this.#entries.values()].flatMap(({ key, subscribers }) =>
      [...subscribers.keys()].map((subscriber) => {
        subscriber.onClear?.();
        return this.remove(key, subscriber);
      })
    );
    await Promise.allSettled(all);
  }

  #entryOf(key: MonitorKey): Entry {
    const known = this.#entries.get(key.id);
    if (known) return known;
    const entry: Entry = {
      key,
      subscribers: new Map(),
      applied: "",
      isLost: false,
      change: Promise.resolve(),
    };
    this.#entries.set(key.id, entry);
    return entry;
  }

  /**
   * The same once there is a connection. A call that waits for one is not in
   * the queue of changes: restoring would have to wait for it.
   */
  async #syncConnected(entry: Entry, options: CallOptions): Promise<void> {
    let { timeout } = options;
    for (;;) {
      if (!this.#core.ready) {
        timeout = await this.#core.untilConnected("rrext_monitor", {
          ...options,
          timeout,
        });
      }
      const { line } = this.#core;
      try {
        return await this.#sync(entry, { ...options, timeout, line });
      } catch (error) {
        // The connection was lost before the request left.
        const unsent = isDAPException(error, "not-connected");
        if (!unsent || this.#core.line === line) throw error;
      }
    }
  }

  /** Send what all want together, when the earlier changes are done. */
  #sync(entry: Entry, options: ChangeOptions): Promise<void> {
    const change = entry.change.then(() => this.#apply(entry, options));
    entry.change = change.catch(ignore);
    return change;
  }

  async #apply(entry: Entry, options: ChangeOptions): Promise<void> {
    options.signal?.throwIfAborted();
    const types = unionOf(entry);
    const wanted = types.join();
    if (wanted === entry.applied && !entry.isLost) return;
    entry.isLost = false;
    // A change that is given up half-way may have been made, or not.
    entry.applied = undefined;
    const { key } = entry;
    let response = await this.#send(key, types, options);
    // The token of a run that is over; the next run has the same project.
    if (didFail(response) && key.token !== undefined && key.project) {
      const byProject = { ...key, token: undefined };
      const again = await this.#send(byProject, types, options);
      if (!didFail(again)) response = again;
    }
    // An engine that does not know the task any more has forgotten it all.
    if (didFail(response) && wanted !== "") {
      throw refusal(response, RocketRideException);
    }
    entry.applied = wanted;
  }

  #send(
    { token, project, pipeId }: MonitorKey,
    types: readonly string[],
    options: ChangeOptions,
  ): Promise<ResponseMessage> {
    const named = token === undefined ? undefined : { token };
    return this.#core.request({
      command: "rrext_monitor",
      ...named,
      arguments: { ...named ?? project, pipeId, types },
    }, options);
  }

  async #restore(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries.values()].map(async (entry) => {
      entry.isLost = true;
      // Before the requests: engines send the current state before they answer.
      for (const [subscriber, isKnown] of entry.subscribers) {
        if (isKnown) subscriber.onGap();
      }
      await this.#sync(entry, { signal }).catch(ignore);
      // A subscriber that left meanwhile could not send its change.
      if (entry.applied !== undefined && !entry.isLost) {
        await this.#sync(entry, { signal }).catch(ignore);
      }
    }));
  }

  /** Engines forget subscriptions when an older run is cleared away. */
  #notice({ event, body }: EventMessage): void {
    if (event !== "apaevt_task") return;
    if (body.action !== "begin" && body.action !== "restart") return;
    for (const entry of this.#entries.values()) {
      const { projectId, source } = entry.key.project ?? {};
      if (projectId !== body.projectId) continue;
      if (source !== "*" && source !== body.source) continue;
      entry.isLost = true;
      // Who comes next makes a change of its own.
      if (entry.subscribers.size === 0) continue;
      // Waits for a connection that is being restored.
      this.#syncConnected(entry, {}).catch(ignore);
    }
  }
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
