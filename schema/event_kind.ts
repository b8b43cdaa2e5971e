/** A kind of event that can be subscribed to. */
export type EventKind =
  | "DEBUGGER"
  | "DETAIL"
  | "SUMMARY"
  | "OUTPUT"
  | "FLOW"
  | "TASK"
  | "SSE"
  | "DASHBOARD"
  | "BILLING"
  | "DEPLOY"
  | "ALL";

/** Each kind's bits in the mask of a subscription. */
export const EVENT_BITS: {
  /** Debugger traffic; nothing for clients that are no debugger. */
  readonly DEBUGGER: 1;
  /** `apaevt_status_object`, `_counts`, `_error` and its siblings. */
  readonly DETAIL: 2;
  /** `apaevt_status_update`. */
  readonly SUMMARY: 4;
  /** `output`. */
  readonly OUTPUT: 8;
  /** `apaevt_flow`; only of tasks that were started with a trace level. */
  readonly FLOW: 16;
  /** `apaevt_task`. */
  readonly TASK: 32;
  /** `apaevt_sse`; unknown to 1.0 servers. */
  readonly SSE: 64;
  /** `apaevt_dashboard`; only for the token `*`, unknown to 1.0 servers. */
  readonly DASHBOARD: 128;
  /** `apaevt_billing`; only for the token `*`, from 1.3 on. */
  readonly BILLING: 256;
  /** `apaevt_deploy` and its siblings; only for the token `*`, from 1.4 on. */
  readonly DEPLOY: 512;
  /** All of the above. */
  readonly ALL: 1023;
} = /* @__PURE__ */ Object.freeze({
  DEBUGGER: 1,
  DETAIL: 2,
  SUMMARY: 4,
  OUTPUT: 8,
  FLOW: 16,
  TASK: 32,
  SSE: 64,
  DASHBOARD: 128,
  BILLING: 256,
  DEPLOY: 512,
  ALL: 1023,
});

/**
 * Turn kinds of events into the mask of a subscription.
 *
 * @param kinds The kinds; order and repetition do not matter.
 * @returns The mask, 0 to 1023; 0 for no kinds, which unsubscribes.
 * @throws {RangeError} One of them is not a kind. It would be ignored by the
 * server, and a subscription of nothing else would end.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { eventMask } from "@rocketride/streams/schema";
 *
 * assertEquals(eventMask(["SUMMARY", "TASK"]), 36);
 * ```
 */
export function eventMask(kinds: Iterable<EventKind>): number {
  let mask = 0;
  for (const kind of kinds) {
    if (!Object.hasOwn(EVENT_BITS, kind)) {
      throw new RangeError(`Cannot subscribe to unknown event kind "${kind}"`);
    }
    mask |= EVENT_BITS[kind];
  }
  return mask;
}

/**
 * Turn the mask of a subscription into kinds of events.
 *
 * @param mask The mask, 0 to 1023.
 * @returns One kind for each bit, lowest first; never `ALL`.
 * @throws {RangeError} The mask is not a whole number from 0 to 1023.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { kindsOf } from "@rocketride/streams/schema";
 *
 * assertEquals(kindsOf(36), ["SUMMARY", "TASK"]);
 * ```
 */
export function kindsOf(mask: number): Exclude<EventKind, "ALL">[] {
  if (!Number.isInteger(mask) || mask < 0 || mask > EVENT_BITS.ALL) {
    throw new RangeError(`Event mask must be 0 to 1023: received ${mask}`);
  }
  const kinds = Object.keys(EVENT_BITS) as Exclude<EventKind, "ALL">[];
  // ALL has no bit of its own, and stands last.
  return kinds.slice(0, -1).filter((kind) => (mask & EVENT_BITS[kind]) !== 0);
}
