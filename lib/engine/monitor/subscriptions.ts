import { RocketRideException } from "../../errors.ts";

/** Each is looked at for each event, so that there must not be any number. */
const MOST = 4_096;

/**
 * What a subscription is for. Kept as a record, never as joined text: ids may
 * contain any character.
 */
export type MonitorKey =
  | { readonly kind: "all" }
  | {
    readonly kind: "source";
    readonly projectId: string;
    /** The id of a source component; `*` for all of the project. */
    readonly source: string;
    /** Narrows the subscription to events about one pipe. */
    readonly pipeId?: number | undefined;
  };

/** The kinds of events that are wanted about something, as a mask. */
export interface Subscription {
  /** What it is for. */
  readonly key: MonitorKey;
  /** The kinds. */
  readonly mask: number;
}

/** What an event is about. */
export interface EventTopic {
  /** The task's project. */
  readonly projectId: string;
  /** The task's source component. */
  readonly source: string;
  /** The pipe, for events that are about one. */
  readonly pipeId?: number | undefined;
}

/**
 * What one connection watches. Each call replaces the mask of
 * its key; there is no adding and no removing.
 */
export class Subscriptions {
  #entries: readonly Subscription[] = [];

  /** Everything that is watched. */
  get entries(): readonly Subscription[] {
    return this.#entries;
  }

  /**
   * Set the mask of a key; 0 forgets the key.
   *
   * @returns The bits that the key did not have before.
   * @throws {RocketRideException} There are too many keys.
   */
  set(key: MonitorKey, mask: number): number {
    const before = this.#entries.find((entry) => sameKey(entry.key, key));
    const others = this.#entries.filter((entry) => entry !== before);
    if (mask !== 0 && others.length >= MOST) {
      throw new RocketRideException(
        `Too many subscriptions: at most ${MOST} on one connection`,
      );
    }
    this.#entries = mask === 0 ? others : [...others, { key, mask }];
    return mask & ~(before?.mask ?? 0);
  }

  /** Forget everything. */
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
    a.pipeId === b.pipeId;
}

function matches(key: MonitorKey, topic: EventTopic): boolean {
  if (key.kind === "all") return true;
  return key.projectId === topic.projectId &&
    (key.source === "*" || key.source === topic.source) &&
    (key.pipeId === undefined || key.pipeId === topic.pipeId);
}
