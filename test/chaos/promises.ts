/** A kind of fault, a row of the table. */
export type Kind =
  | "delay"
  | "jitter"
  | "bandwidth"
  | "split"
  | "merged"
  | "slow accept"
  | "refusal"
  | "end"
  | "reset"
  | "silence"
  | "corrupt";

/**
 * What is promised of each item of an operation:
 * - `same`: it resolves with the value that it has without a fault;
 * - `lost`: that, or it rejects with a `ConnectionException`;
 * - `late`: that, or it rejects with a `ConnectionException` or, where a limit
 *   of time passed first, a `TimeoutException`;
 * - `refused`: it rejects with a `ConnectionException`;
 * - `fails`: it resolves, or it rejects with an exception of the library, at the
 *   latest after `requestTimeout`. A byte that changes in a payload or a value
 *   passes, since the protocol has no checksum.
 */
export type Promised = "same" | "lost" | "late" | "refused" | "fails";

/** What is promised where the session does not persist, and where it does. */
interface Row {
  readonly once: Promised;
  readonly persist: Promised;
  /** Operations of which something else is promised. */
  readonly but?: Readonly<
    Record<string, Partial<Pick<Row, "once" | "persist">>>
  >;
}

const SAME: Row = { once: "same", persist: "same" };

const CUT: Row = {
  once: "lost",
  // Calls in flight reject: whether the engine has done them is not known.
  persist: "lost",
  but: {
    // It tries until an engine answers.
    connect: { persist: "same" },
    // It sends again.
    sendFiles: { persist: "same" },
  },
};

/**
 * The table: what is promised when the network fails in some way during an
 * operation. Whatever it is, every promise settles, no timer, socket or
 * listener is left, the engine frees what it held for the client, and what it
 * got is what was sent: all of it where the client was told so, otherwise a
 * beginning of it, and never twice unless the operation repeats.
 *
 * A session that persists is connected afterwards, and goes on. One that does
 * not has ended where the connection was lost.
 */
export const PROMISES: Readonly<Record<Kind, Row>> = {
  "delay": SAME,
  "jitter": SAME,
  "bandwidth": SAME,
  "split": SAME,
  "merged": SAME,
  "slow accept": SAME,
  // Who persists waits until the engine listens again; over HTTP nobody does.
  "refusal": {
    once: "refused",
    persist: "same",
    but: {
      "HTTP use": { persist: "refused" },
      "HTTP send": { persist: "refused" },
    },
  },
  "end": CUT,
  "reset": CUT,
  "silence": {
    ...CUT,
    once: "late",
    persist: "late",
  },
  "corrupt": { once: "fails", persist: "fails" },
};

/** All rows, in their order. */
export const KINDS = Object.keys(PROMISES) as readonly Kind[];

/** What is promised of an operation. */
export function promised(
  kind: Kind,
  operation: string,
  persist: boolean,
): Promised {
  const row = PROMISES[kind];
  const mode = persist ? "persist" : "once";
  return row.but?.[operation]?.[mode] ?? row[mode];
}
