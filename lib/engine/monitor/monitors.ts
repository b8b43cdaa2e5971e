import { EVENT_BITS } from "../../../schema/event.ts";
import { isRecord } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { withoutKey } from "../access/keys.ts";
import type { EventLog, LogAddress, RunBegin, RunEnd } from "./event_log.ts";
import { type EventLogs, keyOf } from "./event_logs.ts";

/** The task that an event is about. */
export interface TaskTopic extends LogAddress {
  readonly token: string;
  readonly publicToken: string;
  /** The id shown to watchers. */
  readonly displayId: string;
  /** The user who started it. */
  readonly userId: string;
}

/** A connection, as far as events are concerned. */
export interface Watcher {
  readonly subscriptions: Subscriptions;
  /** Whether it may see events about this task at this moment. */
  mayWatch(permission: "task.data" | "task.monitor", token: string): boolean;
  /** Deliver an event. Must not wait. */
  sendEvent(event: string, body: Readonly<Record<string, unknown>>): void;
}

/** Publishes the events of one task, and keeps them. */
export interface TaskEvents {
  /** The task begins; returns the number of its first event in the log. */
  begin(run: Omit<RunBegin, "user">): number;
  /** The task goes on with another pipeline. */
  restart(): void;
  /** The task has ended. */
  end(end: RunEnd): void;
  /** Whether a watcher would receive events of this kind at this moment. */
  wanted(bit: number): boolean;
  /**
   * Log an event, and send it to all who subscribed to its kind, a bit of
   * `EVENT_BITS`. `pipeId` is the pipe that it is about, if it is about one.
   * Returns its number in the log.
   */
  publish(
    bit: number,
    event: string,
    body: () => Readonly<Record<string, unknown>>,
    pipeId?: number,
  ): number | null;
}

/**
 * The watchers of an engine's tasks.
 *
 * An event reaches a connection at most once, however many of its
 * subscriptions match. What a connection may see is decided at delivery, so a
 * subscription alone reveals nothing.
 */
export class Monitors {
  readonly #watchers: Set<Watcher> = new Set();
  readonly #logs: EventLogs;

  /** Begin without watchers; events go to `logs`. */
  constructor(logs: EventLogs) {
    this.#logs = logs;
  }

  add(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  delete(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  eventsOf(task: TaskTopic): TaskEvents {
    const { displayId: __id, publicToken, token, userId } = task;
    const { projectId, source, runKind, teamId } = task;
    const address = { projectId, source, runKind, teamId };
    const key = keyOf(address);
    type Body = Readonly<Record<string, unknown>>;
    const log = (): EventLog => this.#logs.open(address, key);
    const hidden = (body: Body): Body =>
      "notes" in body ? withoutKey(body, publicToken) : body;
    return {
      begin: (run) => log().begin(token, { ...run, user: userId }),
      restart: () => log().restart(token),
      end: (end) => log().end(token, end),
      wanted: (bit) => !this.#audience(address, token, bit).next().done,
      publish: (bit, event, makeBody, pipeId) => {
        try {
          const given = { ...makeBody(), userId, __id };
          const body = log().record(token, event, given, hidden);
          for (
            const watcher of this.#audience({ ...address, pipeId }, token, bit)
          ) {
            const maySend = !("notes" in body) ||
              watcher.mayWatch("task.data", token);
            watcher.sendEvent(event, maySend ? body : hidden(body));
          }
          return log().lastSeq;
        } catch {
          // A node may report what JSON cannot carry. Watching a task must not
          // fail it.
          return null;
        }
      },
    };
  }

  *#audience(
    topic: EventTopic,
    token: string,
    bit: number,
  ): Generator<Watcher, void> {
    const permission = bit === EVENT_BITS.SSE ? "task.data" : "task.monitor";
    for (const watcher of this.#watchers) {
      const mask = watcher.subscriptions.maskFor(topic);
      if ((mask & bit) === 0) continue;
      if (watcher.mayWatch(permission, token)) yield watcher;
    }
  }
}

/** What an event is about. */
export interface EventTopic {
  readonly projectId: string;
  readonly source: string;
  /** The pipe, for events that are about one. */
  readonly pipeId?: number | undefined;
  /** Whose runs; runs of development unless it says something else. */
  readonly runKind?: LogAddress["runKind"] | undefined;
  readonly teamId?: string | undefined;
}

/**
 * What a subscription is for: everything, or a topic, where `*` as source is
 * all of the project. A record, never joined text: ids may contain any
 * character.
 */
export type MonitorKey =
  | { readonly kind: "all" }
  | EventTopic & { readonly kind: "source" };

/** The kinds of events that are wanted about something, as a mask. */
interface Subscription {
  readonly key: MonitorKey;
  readonly mask: number;
}

/** Each event is compared with each of them. */
const MAX_SUBSCRIPTIONS = 4_096;

/** The subscriptions of one connection. A call replaces the mask of its key. */
export class Subscriptions {
  #entries: readonly Subscription[] = [];

  get entries(): readonly Subscription[] {
    return this.#entries;
  }

  /** Set the mask of a key, 0 to unsubscribe; returns the bits that are new. */
  set(key: MonitorKey, mask: number): number {
    const before = this.#entries.find((entry) => sameKey(entry.key, key));
    const others = this.#entries.filter((entry) => entry !== before);
    if (mask !== 0 && others.length >= MAX_SUBSCRIPTIONS) {
      throw new RocketRideException(
        `Too many subscriptions: at most ${MAX_SUBSCRIPTIONS} on one connection`,
      );
    }
    this.#entries = mask === 0 ? others : [...others, { key, mask }];
    return mask & ~(before?.mask ?? 0);
  }

  clear(): void {
    this.#entries = [];
  }

  /** The kinds of events about a topic that are wanted, as a mask. */
  maskFor(topic: EventTopic): number {
    let mask = 0;
    for (const entry of this.#entries) {
      if (matches(entry.key, topic)) mask |= entry.mask;
    }
    return mask;
  }
}

function sameKey(a: MonitorKey, b: MonitorKey): boolean {
  if (a.kind === "all" || b.kind === "all") return a.kind === b.kind;
  return a.projectId === b.projectId && a.source === b.source &&
    a.pipeId === b.pipeId && isSameScope(a, b);
}

function isSameScope(a: EventTopic, b: EventTopic): boolean {
  return (a.runKind ?? "dev") === (b.runKind ?? "dev") &&
    (a.teamId ?? "") === (b.teamId ?? "");
}

function matches(key: MonitorKey, topic: EventTopic): boolean {
  if (key.kind === "all") return true;
  return key.projectId === topic.projectId &&
    (key.source === "*" || key.source === topic.source) &&
    (key.pipeId === undefined || key.pipeId === topic.pipeId) &&
    isSameScope(key, topic);
}

/** How a server writes the target of a subscription. */
export function monitorName(key: MonitorKey): string {
  if (key.kind === "all") return "*";
  const name = `p.${key.projectId}.${key.source}`;
  return key.pipeId === undefined ? name : `${name}.${key.pipeId}`;
}

/**
 * Read the kinds of events that a monitor request names: a list of names in
 * any case, a mask from 0 to 255, or a mask as digits. Unknown names are
 * ignored, as on a server; a mask of 0 unsubscribes.
 */
export function readMask(args: Readonly<Record<string, unknown>>): number {
  const { types, listenType } = args;
  const list = Array.isArray(types) ? types : [types ?? listenType];
  return list.reduce((mask: number, item) => mask | bitsOf(item), 0);
}

function bitsOf(item: unknown): number {
  const isDigits = typeof item === "string" && /^\d+$/.test(item);
  if (typeof item === "number" || isDigits) {
    const mask = Number(item);
    if (Number.isInteger(mask) && mask >= 0 && mask <= EVENT_BITS.ALL) {
      return mask;
    }
    throw new ValidationException(`${mask} is not a valid event mask`);
  }
  const bits: unknown = EVENT_BITS;
  const name = typeof item === "string" ? item.toUpperCase() : "";
  const known = isRecord(bits) && Object.hasOwn(bits, name);
  return known ? bits[name] as number : 0;
}
