import type { AwaitedCase } from "./listed.ts";

const SOCKET = "(over a socket)";
const HTTP = "(over HTTP)";

/**
 * Every case that fails against the faithful peer because the client is wrong.
 * One that passes, or that the suite no longer has, fails the run.
 */
export const AWAITING: readonly AwaitedCase[] = [
  ...[
    `a task that was terminated ${SOCKET}`,
    `a task that was terminated ${HTTP}`,
    `on a real server data for a task that was terminated rejects with what to do ${SOCKET}`,
    `on a real server data for a task that was terminated rejects with what to do ${HTTP}`,
  ].map((title) => ({
    title,
    fact: "an empty message on data after terminate is task-ended",
  })),
  {
    title: `a chat stream on a server of 1.0 has its result ${SOCKET}`,
    fact: "on 1.0 event masks as integers are refused",
  },
];
