import type { PeerException } from "./listed.ts";

const SOCKET = "(over a socket)";
const HTTP = "(over HTTP)";

const MASKED = "A server answers every failed write as a success: the failure" +
  " is in the result alone, so that the error is another one";
const EMPTY_REFUSAL = "A server refuses data for a task that was terminated " +
  "without a word, and not as one that never ran";
const NO_ROUTE = "A server has no route that validates";

/**
 * Every case of the behaviour suite whose expectation a real server does not
 * meet. One that passes all the same, or that the suite no longer has, fails
 * the run.
 */
export const EXCEPTIONS: readonly PeerException[] = [
  ...[SOCKET, HTTP].flatMap((way) => [
    {
      title: `a chat that fails throws what the engine says ${way}`,
      reason: MASKED,
      replacedBy:
        `on a real server a chat that fails rejects with what the result says ${way}`,
    },
    {
      title: `a node that fails rejects the close and frees the slot ${way}`,
      reason: MASKED,
      replacedBy:
        `on a real server a node that fails rejects the close with what the result says ${way}`,
    },
  ]),
  {
    title:
      `a chat stream that fails errors with what the engine says ${SOCKET}`,
    reason: MASKED,
    replacedBy:
      `on a real server a chat stream that fails errors with what the result says ${SOCKET}`,
  },
  {
    title: `use() joins a running task only where that is asked for ${SOCKET}`,
    reason: EMPTY_REFUSAL,
    replacedBy:
      `on a real server data for a task that was terminated rejects with what to do ${SOCKET}`,
  },
  ...[
    "validate() finds nothing wrong with a sound pipeline, and starts nothing",
    "validate() returns every fault, as use() would meet it",
    "validate() takes a URL, and needs a source that can be told",
    "validate() and use() agree on a file of an editor: notes, and two sources",
  ].map((title) => ({
    title: `${title} ${HTTP}`,
    reason: NO_ROUTE,
    replacedBy:
      `on a real server without such a route validate() is not supported ${HTTP}`,
  })),
  {
    title: `projects, templates and logs ${SOCKET}`,
    reason: "The embedded engine has the stores of both generations at once",
    replacedBy: `projects and templates are kept on servers of 1.1 ${SOCKET}`,
  },
  {
    title: `a session that closes leaves no file open ${SOCKET}`,
    reason: "It connects to the embedded engine in process",
    replacedBy:
      `on a real server a session that closes leaves no file open ${SOCKET}`,
  },
  ...[
    "a write that is given up leaves what was there before",
    "a stream that is cancelled or aborted lets the file go at once",
  ].map((title) => ({
    title: `${title} ${SOCKET}`,
    reason: "A server keeps what was written so far as if that were all",
    replacedBy:
      `on a real server a write that is given up lets the file go at once ${SOCKET}`,
  })),
  {
    title: `10,000 files go through two slots ${SOCKET}`,
    reason: "It takes longer than a run may, and shows nothing new",
    replacedBy: `1,000 files go through two slots ${SOCKET}`,
  },
  ...[
    "a file is copied from stream to stream (over a socket)",
    "a file of some megabytes comes back as it was (over a socket)",
    "files and directories are made, listed, renamed and removed (over a socket)",
    "what cannot be is refused with a reason (over a socket)",
    "more files than an engine lets be open are read one after the other (over a socket)",
    "a signal lets the file go, too (over a socket)",
    "a session that persists reads on its new line, not on with its old file",
    ...["fs_open", "fs_read", "fs_write", "fs_close"].flatMap((command) =>
      ["request", "answer"].flatMap((moment) =>
        ["close", "reset"].map((manner) =>
          `a line that is cut at the ${moment} of ${command} leaves nothing open (${manner})`
        )
      )
    ),
  ].map((title) => ({
    title,
    generation: "1.0" as const,
    reason: "Servers of 1.0 keep documents, and no files",
    replacedBy: `a server of 1.0 has no files, and says so ${SOCKET}`,
  })),
  ...[
    "chatStream gives what nodes say, then the result",
    "a chat stream that is left frees its slot",
    "one pipe's messages reach its stream alone",
  ].map((title) => ({
    title: `${title} ${SOCKET}`,
    generation: "1.0" as const,
    reason: "Servers of 1.0 do not pass on what nodes say meanwhile",
    replacedBy: `a chat stream on a server of 1.0 has its result ${SOCKET}`,
  })),
  ...[
    "getTaskPipeline() returns what was sent",
    "getTaskToken() finds a running task by project and source",
    "restart() swaps the pipeline under the same token",
    "restart() of a task that does not run is refused",
    "restart() returns a task that is owned where its handle was, with its threads",
    "use(), restart() and validate() take the same pipelines",
  ].map((title) => ({
    title: `${title} ${SOCKET}`,
    generation: "1.0" as const,
    reason: "Servers of 1.0 do not know the command",
    replacedBy:
      `what a server of 1.0 does not know rejects, and the session goes on ${SOCKET}`,
  })),
  {
    title: "the demo takes a URL, and the engine that the environment names",
    generation: "1.0",
    reason: "Servers of 1.0 tell nobody what they are",
    replacedBy: `a server of 1.0 does not tell what it is ${SOCKET}`,
  },
  ...[
    "use() starts a pipeline from a path and from a URL, and names it after the file",
    "use() passes threads, ttl, arguments, team and trace level on",
  ].map((title) => ({
    title: `${title} ${SOCKET}`,
    generation: "1.0" as const,
    reason: "Servers of 1.0 give tasks no names",
    replacedBy:
      `a server of 1.0 starts a pipeline from a path, and gives it no name ${SOCKET}`,
  })),
];
