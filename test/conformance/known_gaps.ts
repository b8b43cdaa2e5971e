/** A case that a runtime does not pass today, and why. */
export interface KnownGap {
  /** The runtime. */
  readonly runtime: string;
  /** The case's name. */
  readonly name: string;
  /** What keeps it from passing, with where that is described. */
  readonly reason: string;
}

/**
 * Every case that a runtime does not pass. One that passes all the same fails
 * the run, so that this list stays true.
 */
export const KNOWN_GAPS: readonly KnownGap[] = [
  {
    runtime: "bun",
    name: "a Response made of text says that it is text",
    reason:
      "The headers of `new Response(text)` have no content-type in Bun 1.4; " +
      "say `mimeType` there",
  },
  {
    runtime: "workerd",
    name: "the signal of pipeTo ends a transfer whose source is idle",
    reason:
      "pipeTo in workerd looks at its signal between chunks only (field F5); " +
      "the `signal` of `pipe` ends such a transfer",
  },
];
