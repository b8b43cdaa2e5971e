import type { EventMessage } from "../../schema/envelope.ts";
import type { KnownEvent } from "../../schema/typed_event.ts";

/** Tells in a stream of events that some are missing at this place. */
export interface EventGap {
  /** Tells it from events, which have `"event"`. */
  readonly type: "gap";
  /** Why: the reader was too slow, or the line was dialled anew. */
  readonly reason: "overflow" | "reconnect";
  /** How many are missing; `undefined` where nobody can know. */
  readonly lost: number | undefined;
}

/**
 * What a stream of events gives. `type` tells gaps from events; events whose
 * name this version does not know pass through.
 */
export type StreamedEvent = KnownEvent | EventMessage | EventGap;
