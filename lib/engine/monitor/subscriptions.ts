import { EVENT_BITS } from "../../../schema/event.ts";
import { isRecord } from "../../../schema/json.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";

/** Each event is compared with each of them. */
const MAX_SUBSCRIPTIONS = 4_096;

/**
 * What a subscription is for. A record, never joined text: ids may contain any
 * character.
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

/** The subscriptions of one connection. A call replaces the mask of its key. */
export class Subscriptions {
  #entries: readonly Subscription[] = [];

  /** All subscriptions. */
  get entries(): readonly Subscription[] {
    return this.#entries;
  }

  /**
   * Set the mask of a key; 0 removes the subscription.
   *
   * @returns The bits that the key did not have before.
   * @throws {RocketRideException} There are too many keys.
   */
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

  /** Remove all subscriptions. */
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

/** How a server writes the target of a subscription. */
export function monitorName(key: MonitorKey): string {
  if (key.kind === "all") return "*";
  const name = `p.${key.projectId}.${key.source}`;
  return key.pipeId === undefined ? name : `${name}.${key.pipeId}`;
}

/**
 * Read the kinds of events that a monitor request names: a list of names in
 * any case, a mask, or a mask as digits.
 *
 * Unknown names are ignored, as on a server; a mask of 0 unsubscribes.
 *
 * @throws {ValidationException} A mask is not between 0 and 255.
 */
export function readMask(args: Readonly<Record<string, unknown>>): number {
  const { types, listenType } = args;
  const list = Array.isArray(types) ? types : [types ?? listenType];
  return list.reduce((mask: number, item) => mask | bitsOf(item), 0);
}

function bitsOf(item: unknown): number {
  if (typeof item === "number") return checked(item);
  if (typeof item !== "string") return 0;
  if (/^\d+$/.test(item)) return checked(Number(item));
  const bits: unknown = EVENT_BITS;
  const name = item.toUpperCase();
  const known = isRecord(bits) && Object.hasOwn(bits, name);
  return known ? bits[name] as number : 0;
}

function checked(mask: number): number {
  if (Number.isInteger(mask) && mask >= 0 && mask <= EVENT_BITS.ALL) {
    return mask;
  }
  throw new ValidationException(`${mask} is not a valid event mask`);
}
