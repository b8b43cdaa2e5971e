import type { EventMessage } from "./envelope.ts";
import type { EventBodies, EventBody, EventKind, EventName } from "./event.ts";
import { KIND_OF } from "./event.ts";

/** An event of one known name, with the body that goes with it. */
export interface EventOf<Name extends EventName> extends EventMessage {
  /** The event's name. */
  readonly event: Name;
  /** The body that the name stands for. */
  readonly body: EventBodies[Name];
}

/** An event of any known name; a `switch` over `event` narrows the body. */
export type KnownEvent = { readonly [N in EventName]: EventOf<N> }[EventName];

/**
 * An event whose name this version does not know; passed on as it came.
 *
 * The declared name stands for every other one, so that comparing `event`
 * narrows the union. Compare the real one as a string:
 * `const name: string = event.event`.
 */
export interface UnknownEvent extends EventMessage {
  /** The event's name, whatever it is. */
  readonly event: "(unknown)";
  /** The body, unread. */
  readonly body: EventBody;
}

/**
 * Any event. Comparing `event` with a known name, or {@linkcode isEventOf},
 * narrows the type of `body`; {@linkcode isKnownEvent} checks whether the
 * name is known at all.
 */
export type TypedEvent = KnownEvent | UnknownEvent;

/**
 * Check whether an event has a name that this version knows.
 *
 * The body is taken on trust: it is what the name stands for.
 *
 * @param event An event as it arrived.
 * @returns `true` when its body has one of the types of {@linkcode EventBodies}.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isKnownEvent } from "@rocketride/streams/schema";
 *
 * const body = { category: "console", output: "ready\n" };
 * const event = { type: "event", seq: 1, event: "output", body } as const;
 * assert(isKnownEvent(event));
 * assert(!isKnownEvent({ ...event, event: "stopped" }));
 * ```
 */
export function isKnownEvent(event: EventMessage): event is KnownEvent {
  return Object.hasOwn(KIND_OF, event.event);
}

/**
 * Check whether an event has this name, and so this body.
 *
 * The body is taken on trust: it is what the name stands for.
 *
 * @param event An event as it arrived.
 * @param name The name to compare with.
 * @returns `true` when it is that event.
 *
 * @example
 * ```ts
 * import { assert, assertEquals } from "@std/assert";
 * import { isEventOf } from "@rocketride/streams/schema";
 *
 * const body = { message: "Loading" };
 * const name = "apaevt_status_message";
 * const event = { type: "event", seq: 1, event: name, body } as const;
 * assert(isEventOf(event, "apaevt_status_message"));
 * assertEquals(event.body.message.length, 7);
 * ```
 */
export function isEventOf<Name extends EventName>(
  event: EventMessage,
  name: Name,
): event is EventOf<Name> {
  return event.event === name;
}

/**
 * Return the kind of subscription that delivers an event.
 *
 * @param name The event's name.
 * @returns The kind; `undefined` for names that no subscription brings.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { eventKindOf } from "@rocketride/streams/schema";
 *
 * assertEquals(eventKindOf("apaevt_status_update"), "SUMMARY");
 * assertEquals(eventKindOf("apaevt_status_upload"), undefined);
 * ```
 */
export function eventKindOf(name: string): EventKind | undefined {
  return Object.hasOwn(KIND_OF, name) ? KIND_OF[name as EventName] : undefined;
}
