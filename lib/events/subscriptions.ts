import {
  didFail,
  type EventMessage,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import { kindsOf } from "../../schema/event.ts";
import { isRecord } from "../../schema/json.ts";
import { ignore } from "../async.ts";
import { isDAPException, RocketRideException } from "../errors.ts";
import type { MonitorKey } from "./targets.ts";
import { refusal } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";
import type { CallOptions } from "../session/session.ts";

/** Somebody who watches. */
export interface Subscriber {
  readonly mask: number;
  /** The line was dialled anew, so that events may be missing. */
  onGap(): void;
}

interface Entry {
  readonly key: MonitorKey;
  readonly subscribers: Set<Subscriber>;
  /** What the engine has; `undefined` when nobody knows. */
  applied: number | undefined;
  /** Counts how often the engine lost it; an answer from before says nothing. */
  losses: number;
  /** Settles when the change under way is done. */
  change: Promise<void>;
}

/** How a change is told, and on which line it means something. */
type ChangeOptions = CallOptions & { readonly line?: number | undefined };

const tables = new WeakMap<SessionCore, SubscriptionTable>();

/** The subscriptions of a session. */
export function subscriptionsOf(core: SessionCore): SubscriptionTable {
  let table = tables.get(core);
  if (!table) tables.set(core, table = new SubscriptionTable(core));
  return table;
}

/**
 * What a session watches. The engine knows one mask a key, and each call
 * replaces it: so it is told the union of what all subscribers
 * of a key want, one change at a time.
 */
export class SubscriptionTable {
  readonly #core: SessionCore;
  readonly #entries: Map<string, Entry> = new Map();
  /** Those who have not been told that they are subscribed. */
  readonly #asking: Set<Subscriber> = new Set();

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
    entry.subscribers.add(subscriber);
    this.#asking.add(subscriber);
    try {
      await this.#syncConnected(entry, options);
    } catch (error) {
      // Who gives up does not wait for an engine that may be silent.
      this.remove(key, subscriber).catch(ignore);
      throw error;
    } finally {
      this.#asking.delete(subscriber);
    }
  }

  /** Take a subscriber away; what others want stays. */
  async remove(key: MonitorKey, subscriber: Subscriber): Promise<void> {
    const entry = this.#entries.get(key.id);
    if (!entry?.subscribers.delete(subscriber)) return;
    const { line, ready } = this.#core;
    try {
      if (ready) await this.#sync(entry, { line });
    } finally {
      // Told or not, nobody wants it any more.
      const unwanted = entry.subscribers.size === 0;
      if (unwanted && this.#entries.get(key.id) === entry) {
        this.#entries.delete(key.id);
      }
    }
  }

  #entryOf(key: MonitorKey): Entry {
    const known = this.#entries.get(key.id);
    if (known) return known;
    const entry: Entry = {
      key,
      subscribers: new Set(),
      applied: 0,
      losses: 0,
      change: Promise.resolve(),
    };
    this.#entries.set(key.id, entry);
    return entry;
  }

  /**
   * The same once there is a line. Who waits for one is not in the queue of
   * changes, where those who restore the line would have to wait for it.
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
        // The line was lost before it was our turn.
        const unsent = isDAPException(error, "not-connected");
        if (!unsent || this.#core.line === line) throw error;
      }
    }
  }

  /** Bring the engine's mask in line with what is wanted by then. */
  #sync(entry: Entry, options: ChangeOptions): Promise<void> {
    const change = entry.change.then(() => this.#apply(entry, options));
    entry.change = change.catch(ignore);
    return change;
  }

  async #apply(entry: Entry, options: ChangeOptions): Promise<void> {
    options.signal?.throwIfAborted();
    const mask = unionOf(entry);
    if (mask === entry.applied) return;
    const { losses } = entry;
    // A change that is given up half-way may have been made, or not.
    entry.applied = undefined;
    const { token, projectId, source, pipeId } = entry.key;
    let response = await this.#tell(entry.key, mask, options);
    // The token of a run that is over; the next run has the same project.
    if (didFail(response) && token !== undefined && projectId !== undefined) {
      const args = {
        projectId,
        source,
        ...(pipeId !== undefined && { pipeId }),
      };
      const key = { ...entry.key, token: undefined, arguments: args };
      const again = await this.#tell(key, mask, options);
      if (!didFail(again)) response = again;
    }
    // An engine that does not know the task any more has forgotten it all.
    if (!didFail(response) || mask === 0) {
      if (entry.losses === losses) entry.applied = mask;
    } else throw refusal(response, RocketRideException);
  }

  #tell(
    { token, arguments: args }: MonitorKey,
    mask: number,
    options: ChangeOptions,
  ): Promise<ResponseMessage> {
    const named = token === undefined ? {} : { token };
    // Names, since servers ignore those that they do not know, and refuse a
    // mask with such bits.
    const types = kindsOf(mask);
    return this.#core.request({
      command: "rrext_monitor",
      ...named,
      arguments: { ...args, ...named, types },
    }, options);
  }

  async #restore(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#entries.values()].map(async (entry) => {
      entry.applied = undefined;
      entry.losses++;
      // Before engines are asked: what is so now, they tell before they answer.
      for (const subscriber of entry.subscribers) {
        if (!this.#asking.has(subscriber)) subscriber.onGap();
      }
      await this.#sync(entry, { signal }).catch(ignore);
      // Somebody may have left meanwhile, who cannot tell the engine yet.
      if (entry.applied !== undefined) {
        await this.#sync(entry, { signal }).catch(ignore);
      }
    }));
  }

  /** Engines forget subscriptions when an older run is cleared away. */
  #notice({ event, body }: EventMessage): void {
    if (event !== "apaevt_task" || !isRecord(body)) return;
    if (body.action !== "begin" && body.action !== "restart") return;
    for (const entry of this.#entries.values()) {
      const { projectId, source } = entry.key;
      if (projectId !== body.projectId) continue;
      if (source !== "*" && source !== body.source) continue;
      if (entry.subscribers.size === 0) continue;
      entry.applied = undefined;
      entry.losses++;
      // Not in the entry's turn while a line is restored: that has to wait.
      this.#syncConnected(entry, {}).catch(ignore);
    }
  }
}

function unionOf({ subscribers }: Entry): number {
  let mask = 0;
  for (const subscriber of subscribers) mask |= subscriber.mask;
  return mask;
}
