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
  ...[
    "a chunk of zero bytes",
    "a question that is not JSON",
    "chat asks and returns the result, whatever its field",
    "on a real server a chat that fails rejects with what the result says",
    "use() starts a pipeline from an object, flat or wrapped",
    "send() takes every kind of source",
    "send() takes media type and name from the source",
    "send() sends a question whole, whatever pieces it comes in",
    "more sends than threads all get their turn",
    "pipes of one task do not meet",
    "files of every form arrive as they are",
    "F1 text that ends in the middle of a character",
    "a question that expects JSON gets a value",
    "a fetch body is piped into a pipeline",
    "text in another charset arrives as text",
    "F1 text that is cut inside characters arrives whole",
  ].map((title) => ({
    title: `${title} ${HTTP}`,
    fact: "over HTTP text and questions are cut as the network cuts them",
  })),
  {
    title: "wrappers compose in any order and number over every transport",
    fact: "over HTTP text and questions are cut as the network cuts them",
  },
  {
    title: `a chat stream on a server of 1.0 has its result ${SOCKET}`,
    fact: "on 1.0 event masks as integers are refused",
  },
  {
    title:
      `on a real server without such a route validate() is not supported ${HTTP}`,
    fact: "validate over HTTP without its route is not-supported",
  },
];
