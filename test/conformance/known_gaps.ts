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
    reason: "The headers of `new Response(text)` have no content-type in " +
      "Bun 1.4; say `mimeType` there",
  },
  {
    runtime: "workerd",
    name: "the signal of pipeTo ends a transfer whose source is idle",
    reason: "workerd's pipeTo does not see its signal while the source is " +
      "idle; give the signal to `pipe` as well, or use `send`",
  },
  {
    runtime: "workerd",
    name: "a file at an address of this runtime's own making arrives",
    reason: "workerd has no `URL.createObjectURL`; give the Blob itself",
  },
  {
    runtime: "workerd",
    name: "text that is not UTF-8 ends the line",
    reason: "workerd delivers such text with U+FFFD in it, without an error",
  },
  {
    runtime: "workerd",
    name: "a result of a little more than 32 MiB arrives",
    reason: "workerd takes no message above 32 MiB",
  },
  {
    runtime: "workerd",
    name: "a result of 64 MiB arrives",
    reason: "workerd takes no message above 32 MiB",
  },
  {
    runtime: "deno",
    name: "a result of 64 MiB arrives",
    reason: "Deno's client takes no message of 64 MiB",
  },
  {
    runtime: "chromium",
    name: "what is written goes out before the end",
    reason: "Browsers stream request bodies over HTTP/2 alone; over HTTP/1.1 " +
      "they are held until the end",
  },
];
