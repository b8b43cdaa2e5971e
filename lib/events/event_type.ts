import {
  EVENT_BITS,
  type EventKind,
  type EventName,
  KIND_OF,
} from "../../schema/event.ts";
import { nearestOf } from "../check.ts";
import { eventKindOf } from "../../schema/typed_event.ts";

/** Names that documents promise but no engine sends. */
export type PromisedEventName =
  | "apaevt_status_processing"
  | "apaevt_status_completion"
  | "apaevt_status_pipeline";

/** A kind of event that this version does not know; sent as it is. */
export interface OtherEventKind {
  /** The kind's name. Servers ignore the names that they do not know. */
  readonly kind: string;
}

/**
 * What can be subscribed to: a kind in upper or lower case, or an event's
 * name. The {@linkcode PromisedEventName}s stand for `apaevt_status_update`,
 * which carries what they promise. A kind of a newer server is given as
 * `{ kind: "NEW" }`.
 */
export type EventType =
  | EventKind
  | Lowercase<EventKind>
  | EventName
  | PromisedEventName
  | OtherEventKind;

/** What a subscription asks for, in both vocabularies. */
export interface Wanted {
  /** The kinds that the engine is asked for. */
  readonly types: readonly string[];
  /** The names and kinds that were given. */
  readonly names: ReadonlySet<string | undefined>;
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
 * @returns What to ask for, and which events to hand out.
 * @throws {RangeError} One is unknown: an engine would drop it, and with
 * nothing left it would end the subscription.
 */
export function readTypes(types: Iterable<EventType>): Wanted {
  // A text gives its letters one by one.
  if (typeof types === "string" || !types?.[Symbol.iterator]) {
    throw new TypeError('Expected a list of events, such as ["summary"]');
  }
  const asked = new Set<string>();
  const names = new Set<string | undefined>();
  // Which kind a newer server means by a name cannot be known.
  let hasKinds = false;
  for (const given of types) {
    const isOther = typeof given === "object";
    const type = isOther ? otherKind(given) : given;
    const upper = String(type).toUpperCase();
    const isKind = Object.hasOwn(EVENT_BITS, upper);
    if (isKind || isOther) {
      const kind = isKind ? upper : type;
      asked.add(kind);
      names.add(kind);
      hasKinds = true;
      continue;
    }
    const name = PROMISED.includes(type) ? UPDATE : type;
    const needed = eventKindOf(name);
    if (needed) asked.add(needed);
    else if (name !== LOCAL) {
      throw new RangeError(
        `Cannot subscribe to unknown event "${type}"; ${nearest(type)}`,
      );
    }
    names.add(name);
  }
  return {
    types: [...asked],
    names,
    has: (name) =>
      names.has(name) || hasKinds &&
        (!Object.hasOwn(KIND_OF, name) || names.has("ALL") ||
          names.has(eventKindOf(name))),
  };
}

function otherKind(given: OtherEventKind | null): string {
  const kind = given?.kind;
  if (typeof kind === "string" && kind.trim() !== "") return kind;
  throw new TypeError(
    'Expected an event, such as "summary" or { kind: "NEW" }',
  );
}

/** What to write in place of a name that is unknown. */
function nearest(type: string): string {
  const near = nearestOf(String(type), [
    ...Object.keys(EVENT_BITS),
    ...Object.keys(KIND_OF),
  ]);
  return near
    ? `use "${near}"`
    : `a kind of a newer server is { kind: "${type}" }`;
}
