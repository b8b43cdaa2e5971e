import {
  close,
  connect,
  getTaskStatus,
  pipe,
  type PipeOptions,
  type Session,
  type Task,
} from "../../../mod.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { failureOf, inShort, outcomeOf, thrownBy } from "./_failure.ts";
import { type Gate, gateOf } from "./_faults.ts";
import { textPipeline, through } from "./_pipelines.ts";
import { toEngine, usingTask, withSession, withTask } from "./_session.ts";

const group = "abort";

const TEXT: PipeOptions = { mimeType: "text/plain", framing: "chunk" };

/** Whether the only slot of a task is free, or will be. */
async function slotIsFree(session: Session, task: Task): Promise<unknown> {
  const target = await pipe(session, task, { timeout: 50_000 });
  return await outcomeOf(target.close());
}

/** Work with a task of one slot that holds objects back at a step. */
function withGate(
  places: Places,
  at: "text" | "closing",
  work: (session: Session, task: Task, gate: Gate) => Promise<unknown>,
): Promise<unknown> {
  const gate = gateOf(places);
  return withTask(
    places,
    through("gate", { gate: gate.name, at }),
    (session, task) => work(session, task, gate),
    { threads: 1 },
  );
}

/** Giving a pipe up, whatever it does just then; the slot is always freed. */
export const ABORT: readonly ConformanceCase[] = [
  {
    group,
    name: "a signal that has aborted keeps a pipe from being opened",
    expected: [true, "well"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const reason = new Error("before");
        const signal = AbortSignal.abort(reason);
        const thrown = await thrownBy(pipe(session, task, { signal }));
        return [thrown === reason, await slotIsFree(session, task)];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a wait for a slot that is given up takes no slot later",
    expected: [true, "TimeoutException: timeout", "well"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const first = await pipe(session, task);
        const controller = new AbortController();
        const { signal } = controller;
        const waiting = thrownBy(pipe(session, task, { signal }));
        // An answer to a later request shows that the open has arrived.
        await getTaskStatus(session, task);
        const reason = new Error("no patience");
        controller.abort(reason);
        const seen = [
          await waiting === reason,
          await failureOf(pipe(session, task, { timeout: 60 })),
        ];
        await first.close();
        return [...seen, await slotIsFree(session, task)];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a pipe is aborted before anything is written",
    expected: [true, "well"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const target = await pipe(session, task);
        const reason = new Error("never mind");
        await target.abort(reason);
        return [
          await thrownBy(target.result) === reason,
          await slotIsFree(session, task),
        ];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a pipe is aborted between two writes, by its writer",
    expected: [true, true, "well"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const writer = (await pipe(session, task, TEXT)).getWriter();
        await writer.write("half a sen");
        const reason = new Error("enough");
        await writer.abort(reason);
        return [
          await thrownBy(writer.closed) === reason,
          await thrownBy(writer.write("tence")) === reason,
          await slotIsFree(session, task),
        ];
      }, { threads: 1 }),
  },
  {
    group,
    name: "a pipe is aborted in the middle of a write, by its signal",
    expected: { write: true, result: true, closed: true, next: "well" },
    run: (places) =>
      withGate(places, "text", async (session, task, gate) => {
        const controller = new AbortController();
        const { signal } = controller;
        const target = await pipe(session, task, { ...TEXT, signal });
        const writer = target.getWriter();
        const writing = thrownBy(writer.write("a"));
        await gate.reached();
        const reason = new Error("stop");
        controller.abort(reason);
        const seen = {
          write: await writing === reason,
          result: await thrownBy(target.result) === reason,
          closed: await thrownBy(writer.closed) === reason,
        };
        await gate.open();
        return { ...seen, next: await slotIsFree(session, task) };
      }),
  },
  {
    group,
    name: "a pipe is aborted in the middle of a write, by its writer",
    expected: { write: true, result: true, next: "well" },
    run: (places) =>
      withGate(places, "text", async (session, task, gate) => {
        const target = await pipe(session, task, TEXT);
        const writer = target.getWriter();
        const writing = thrownBy(writer.write("a"));
        await gate.reached();
        const reason = new Error("stop");
        const aborting = outcomeOf(writer.abort(reason));
        const result = await thrownBy(target.result) === reason;
        await gate.open();
        await aborting;
        return {
          write: await writing === reason,
          result,
          next: await slotIsFree(session, task),
        };
      }),
  },
  {
    group,
    name: "a pipe is aborted while the engine makes its result",
    expected: { close: true, result: true, next: "well" },
    run: (places) =>
      withGate(places, "closing", async (session, task, gate) => {
        const controller = new AbortController();
        const { signal } = controller;
        const target = await pipe(session, task, { ...TEXT, signal });
        const writer = target.getWriter();
        await writer.write("a");
        const closing = thrownBy(writer.close());
        await gate.reached();
        const reason = new Error("stop");
        controller.abort(reason);
        const seen = {
          close: await closing === reason,
          result: await thrownBy(target.result) === reason,
        };
        await gate.open();
        return { ...seen, next: await slotIsFree(session, task) };
      }),
  },
  {
    group,
    name: "a step that takes longer than the timeout gives the pipe up",
    expected: [
      "TimeoutException: timeout",
      "TimeoutException: timeout",
      "well",
    ],
    run: (places) =>
      withGate(places, "text", async (session, task, gate) => {
        const target = await pipe(session, task, { ...TEXT, timeout: 80 });
        const writing = failureOf(target.getWriter().write("a"));
        await gate.reached();
        const seen = [await writing, await failureOf(target.result)];
        await gate.open();
        return [...seen, await slotIsFree(session, task)];
      }),
  },
  {
    group,
    name: "a pipe that is done cannot be aborted any more",
    expected: [["a\n\n"], ["a\n\n"], "TypeError"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const controller = new AbortController();
        const { signal } = controller;
        const target = await pipe(session, task, { ...TEXT, signal });
        const writer = target.getWriter();
        await writer.write("a");
        await writer.close();
        const { text } = await target.result;
        controller.abort();
        await outcomeOf(writer.abort(new Error("too late")));
        return [
          text,
          (await target.result).text,
          await failureOf(writer.write("b")),
        ];
      }),
  },
  {
    group,
    name: "a pipe that is left behind frees its slot",
    expected: ["PipeException: pipe-closed", "well"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const target = await pipe(session, task, TEXT);
        await target.getWriter().write("half a sen");
        await target[Symbol.asyncDispose]();
        return [
          await failureOf(target.result),
          await slotIsFree(session, task),
        ];
      }, { threads: 1 }),
  },
  {
    group,
    name: "closing the session frees the slots of its pipes",
    expected: ["ConnectionException: connection-closed", "well"],
    run: (places) =>
      withSession(
        toEngine(places),
        (other) =>
          usingTask(other, textPipeline(), async (_, task) => {
            const session = await connect(toEngine(places));
            const target = await pipe(session, task, TEXT);
            await target.getWriter().write("half a sen");
            await close(session);
            return [
              await failureOf(target.result),
              await slotIsFree(other, task),
            ];
          }, { threads: 1 }),
      ),
  },
  {
    group,
    name: "a node that fails rejects the write, the result and nothing else",
    expected: {
      write: "PipeException: pipe-failed",
      result: true,
      next: "well",
    },
    run: (places) =>
      withTask(places, through("bomb"), async (session, task) => {
        const target = await pipe(session, task, TEXT);
        const error = await thrownBy(target.getWriter().write("a"));
        return {
          write: inShort(error),
          result: await thrownBy(target.result) === error,
          next: await outcomeOf(
            pipe(session, task).then((it) => it.abort()),
          ),
        };
      }, { threads: 1 }),
  },
  {
    group,
    name: "a node that fails at the end rejects the close with what was made",
    expected: {
      close: "ExecutionException: pipeline-failed",
      words: true,
      returned: true,
    },
    run: (places) =>
      withTask(
        places,
        through("bomb", { at: "closing" }),
        async (session, task) => {
          const writer = (await pipe(session, task, TEXT)).getWriter();
          await writer.write("a");
          const error = await thrownBy(writer.close()) as Error;
          const target = await pipe(session, task, {
            ...TEXT,
            onPipelineError: "return",
          });
          await outcomeOf(target.close());
          const returned = await target.result.catch((it) => it);
          return {
            close: inShort(error),
            words: error.message.includes("Node exploded"),
            returned: "error" in returned,
          };
        },
      ),
  },
];
