import {
  ask,
  chatStream,
  events,
  pipe,
  sendEach,
  type Session,
  setEvents,
  use,
  watchTask,
} from "@rocketride/streams";
import { readTrace } from "@rocketride/streams/admin";
import * as store from "@rocketride/streams/store";
import { type AskedCall, PIPE, PIPELINE } from "../support/asked_calls.ts";

const TASK = "tk_12345678";
const MONITOR = { rrext_monitor: { mask: 1 } };
const STATUS = {
  rrext_get_task_status: {
    state: 3,
    completed: false,
    project_id: "p",
    source: "in",
  },
};
const encoder = new TextEncoder();

/** Read some of a stream, and cancel it. */
async function some<T>(stream: ReadableStream<T>, most = 20): Promise<void> {
  const reader = stream.getReader();
  for (let count = 0; count < most; count++) {
    const { done } = await reader.read();
    if (done) return;
  }
  await reader.cancel();
}

async function writePieces(session: Session): Promise<void> {
  const target = await pipe(session, TASK, {
    mimeType: "text/plain",
    framing: "chunk",
  });
  target.result.catch(() => {});
  const writer = target.getWriter();
  for (const text of ["a", "b\n", "c".repeat(100)]) {
    await writer.write(encoder.encode(text));
  }
  await writer.close();
  await target.result;
}

/** Calls that last: they read, write, and hear what nobody asked for. */
export const MORE_CALLS: readonly AskedCall[] = [
  { name: "pipe", ask: writePieces, answers: PIPE },
  {
    name: "sendEach",
    async ask(session): Promise<void> {
      const inputs = new Blob(["a", "b", "c"]).stream();
      await some(inputs.pipeThrough(sendEach(session, TASK)));
    },
    answers: PIPE,
  },
  {
    name: "ask",
    ask: (session) => ask(session, TASK, "Why?"),
    answers: PIPE,
  },
  {
    name: "chatStream",
    ask: (session) => some(chatStream(session, TASK, "Why?")),
    answers: { ...PIPE, ...MONITOR, ...STATUS },
  },
  {
    name: "keepRunning",
    async ask(session): Promise<void> {
      const task = await use(session, {
        pipeline: PIPELINE,
        keepRunning: true,
      });
      await some(await events(session, task, { types: ["all"] }), 3);
    },
    answers: {
      ...MONITOR,
      ...STATUS,
      execute: { token: TASK, projectId: "p", source: "in" },
    },
  },
  {
    name: "events of all",
    async ask(session): Promise<void> {
      const overflow = "drop-oldest";
      await some(await events(session, "*", { types: ["all"], overflow }));
    },
    answers: { ...MONITOR, ...STATUS },
  },
  {
    name: "setEvents",
    ask: (session) => setEvents(session, TASK, ["summary", "task"]),
    answers: { ...MONITOR, ...STATUS },
  },
  {
    name: "watchTask of some",
    ask: (session) => some(watchTask(session, TASK)),
    answers: { ...MONITOR, ...STATUS },
  },
  {
    name: "readTrace",
    ask: (session) =>
      some(readTrace(session, { projectId: "p", source: "in", beginSeq: 1 })),
    answers: {
      "rrext_log chapters": { chapters: [], segments: [], completed: true },
      "rrext_log read": { events: [], nextSeq: null },
    },
  },
  {
    name: "readFile",
    async ask(session): Promise<void> {
      await new Response(await store.readFile(session, "a")).text();
    },
    answers: {
      "rrext_store fs_open": { handle: "h", size: 3 },
      "rrext_store fs_close": {},
    },
  },
  {
    name: "writeFile",
    async ask(session): Promise<void> {
      await new Blob(["abc"]).stream()
        .pipeTo(await store.writeFile(session, "a"));
    },
    answers: {
      "rrext_store fs_open": { handle: "h" },
      "rrext_store fs_write": { bytesWritten: 3 },
      "rrext_store fs_close": {},
    },
  },
];
