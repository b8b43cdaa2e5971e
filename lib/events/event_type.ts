import {
  EVENT_BITS,
  type EventKind,
  eventMask,
  type EventName,
} from "../../schema/event.ts";
import { eventKindOf } from "../../schema/typed_event.ts";

/** Names that documents promise but no engine sends. */
export type PromisedEventName =
  | "apaevt_status_processing"
  | "apaevt_status_completion"
  | "apaevt_status_pipeline";

/**
 * What can be subscribed to: a kind in upper or lower case, or an event's
 * name. The {@linkcode PromisedEventName}s stand for `apaevt_status_update`,
 * which carries what they promise.
 */
export type EventType =
  | EventKind
  | Lowercase<EventKind>
  | EventName
  | PromisedEventName;

/** What a subscription asks for, in both vocabularies. */
export interface Wanted {
  /** The kinds, as the engine wants them. */
  readonly mask: number;
  /** The names that were given. */
  readonly names: ReadonlySet<string>;
  /** Check whether an event of this name is wanted. */
  has(name: string): boolean;
}

const UPDATE = "apaevt_status_update";
const PROMISED: readonly string[] = [
  "apaevt_status_processing",
  "apaevt_status_completion",
  "apaevt_status_pipeline",
];
/** Made here, not by the engine. */
const LOCAL = "apaevt_status_upload";

/**
 * Read the kinds and names of a subscription.
 *
 * @param types The kinds and names.
 * @returns The mask, and which events to hand out.
 * @throws {RangeError} One is unknown: an engine would drop it, and with
 * nothing left it would end the subscription.
 */
export function readTypes(types: Iterable<EventType>): Wanted {
  // A text gives its letters one by one.
  if (typeof types === "string" || !types?.[Symbol.iterator]) {
    throw new TypeError('Expected a list of events, such as ["summary"]');
  }
  let mask = 0;
  let kinds = 0;
  const names = new Set<string>();
  for (const type of types) {
    const kind = String(type).toUpperCase();
    if (Object.hasOwn(EVENT_BITS, kind)) {
      kinds |= eventMask([kind as EventKind]);
      continue;
    }
    const name = PROMISED.includes(type) ? UPDATE : type;
    const needed = eventKindOf(name);
    if (needed === undefined && name !== LOCAL) {
      throw new RangeError(`Cannot subscribe to unknown event "${type}"`);
    }
    if (needed !== undefined) mask |= eventMask([needed]);
    names.add(name);
  }
  return {
    mask: mask | kinds,
    names,
    has(name): boolean {
      if (names.has(name)) return true;
      const kind = eventKindOf(name);
      if (kind === undefined) return kinds === EVENT_BITS.ALL;
      return (kinds & eventMask([kind])) !== 0;
    },
  };
}
