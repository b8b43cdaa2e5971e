import {
  call,
  chatStream,
  close,
  connect,
  events,
  pipe,
  send,
  uploadFiles,
  use,
  watchTask,
} from "../../../mod.ts";
import { memoryTransport } from "../../../lib/transport/mod.ts";
import type { ConformanceCase } from "../case.ts";
import { usedByImport } from "./_import_end.ts";
import { failureOf, outcomeOf } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { digestPipeline, textPipeline } from "./_pipelines.ts";
import { toEngine, withSession, withTask } from "./_session.ts";

const group = "quiet";

/**
 * What nobody looks at, and what nobody asked for. Runners tell each rejection
 * that nobody handled, so that one of these cases fails the run.
 */
export const QUIET: readonly ConformanceCase[] = [
  {
    group,
    name: "importing the library does nothing",
    expected: [],
    run: () => Promise.resolve(usedByImport),
  },
  {
    group,
    name: "promises and streams that nobody looks at are never unhandled",
    expected: "well",
    run: async (places) => {
      const options = await toFaultyEngine(
        places,
        "/?rrext_monitor=echo&execute=silent",
      );
      const session = await connect(options);
      const target = await pipe(session, "tk_1", { framing: "chunk" });
      await events(session, "*", { types: ["task"] });
      chatStream(session, "tk_1", "Well?");
      watchTask(session, "tk_1");
      uploadFiles(session, "tk_1", []);
      target.getWriter();
      await failureOf(call(session, "drop"));
      await session.closed;
      // Rejections are told at the end of a turn.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return await outcomeOf(close(session));
    },
  },
  {
    group,
    name: "an aborted pipe whose result nobody reads is never unhandled",
    expected: "well",
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const target = await pipe(session, task);
        await target.abort(new Error("enough"));
        const controller = new AbortController();
        const { signal } = controller;
        await pipe(session, task, { signal });
        controller.abort(new Error("enough"));
        await new Promise((resolve) => setTimeout(resolve, 20));
        return await outcomeOf(send(session, task, "still well"));
      }),
  },
  {
    group,
    name: "what callbacks throw changes nothing",
    expected: ["one\n\n"],
    run: (places) => {
      function fail(): never {
        throw new Error("A callback of the user's");
      }
      return withSession({
        ...toEngine(places),
        onConnected: fail,
        onDisconnected: fail,
        onEvent: fail,
        onTrace: fail,
        onProtocolMessage: fail,
        onDebugMessage: fail,
      }, async (session) => {
        const task = await use(session, {
          pipeline: textPipeline(),
          events: ["task"],
        });
        const { text } = await send(session, task, "one");
        await task[Symbol.asyncDispose]();
        return text;
      });
    },
  },
  {
    group,
    name: "no secret is shown to those who watch the line",
    expected: { seen: true, key: false, payload: false },
    run: async (places) => {
      const seen: string[] = [];
      const note = (record: unknown): void => {
        seen.push(typeof record === "string" ? record : JSON.stringify(record));
      };
      const auth = String(toEngine(places).auth);
      await withSession({
        ...toEngine(places),
        onTrace: note,
        onProtocolMessage: note,
        onDebugMessage: note,
      }, async (session) => {
        const task = await use(session, { pipeline: digestPipeline() });
        await send(session, task, "hush");
        await send(session, task, "hush", { mimeType: "image/png" });
        await task[Symbol.asyncDispose]();
      });
      const all = seen.join("\n");
      return {
        seen: all.includes("execute"),
        key: all.includes(auth),
        payload: all.includes("hush"),
      };
    },
  },
  {
    group,
    name: "a session needs no network at all",
    expected: [{ echo: "rrext_ping" }, true],
    run: async () => {
      const transport = memoryTransport((peer) => ({
        onMessage(message): void {
          if (message.type !== "request") return;
          peer.send({
            type: "response",
            seq: 1,
            request_seq: message.seq,
            success: true,
            body: { echo: message.command },
          });
        },
        onClose(): void {},
      }));
      const session = await connect({ transport, env: {} });
      const body = await call(session, "rrext_ping");
      await close(session);
      return [body, (await session.closed).clean];
    },
  },
];
