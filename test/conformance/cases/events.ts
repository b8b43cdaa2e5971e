import {
  call,
  close,
  connect,
  events,
  pipe,
  send,
  type Session,
  setEvents,
  type StreamedEvent,
  type Task,
  terminate,
  use,
  watchTask,
} from "../../../mod.ts";
import { actionOf, isEnd, readUntil } from "../../support/streamed_events.ts";
import type { ConformanceCase, Places } from "../case.ts";
import { failureOf, inShort, thrownBy } from "./_failure.ts";
import { toFaultyEngine } from "./_faults.ts";
import { textPipeline, through } from "./_pipelines.ts";
import { toEngine, withSession, withTask } from "./_session.ts";
import { allOf } from "./_streams.ts";

const group = "events";

/** Work with a task whose node says so many things about a text. */
function withTalk(
  places: Places,
  count: number,
  work: (session: Session, task: Task) => Promise<unknown>,
): Promise<unknown> {
  return withTask(places, through("talk", { count }), work);
}

/** What the messages of a node said. */
function said(seen: readonly StreamedEvent[]): unknown[] {
  return seen.map((event) => {
    if (event.type === "gap") return `gap of ${event.lost}`;
    const { data } = event.body as { data?: { message?: unknown } };
    return data?.message;
  });
}

/** Events are streams: live, in order, and bounded. */
export const EVENTS: readonly ConformanceCase[] = [
  {
    group,
    name: "a stream tells how a task ends, and then it can be left",
    expected: ["running", "end"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const stream = await events(session, task, { types: ["task"] });
        await terminate(session, task);
        const seen = await readUntil(stream, isEnd);
        await stream.cancel();
        return seen.map(actionOf);
      }),
  },
  {
    group,
    name: "a start that is watched is seen from its very beginning",
    expected: true,
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const task = await use(session, {
          pipeline: textPipeline(),
          events: ["apaevt_task"],
        });
        const seen = await readUntil(
          task.events!,
          (event) => actionOf(event) === "begin",
        );
        await task[Symbol.asyncDispose]();
        return actionOf(seen.at(-1)!) === "begin";
      }),
  },
  {
    group,
    name: "a thousand messages arrive in their order",
    expected: { count: 1_000, ordered: true },
    run: (places) =>
      withTalk(places, 1_000, async (session, task) => {
        const target = await pipe(session, task, { mimeType: "text/plain" });
        const stream = await events(session, target, { types: ["sse"] });
        const writer = target.getWriter();
        await writer.write("go");
        await writer.close();
        let left = 1_000;
        const seen = said(await readUntil(stream, () => --left === 0));
        await stream.cancel();
        return {
          count: seen.length,
          ordered: seen.every((message, at) => message === String(at)),
        };
      }),
  },
  {
    group,
    name: "a reader that is too slow gets an error",
    expected: "RocketRideException: event-overflow",
    run: (places) =>
      withTalk(places, 100, async (session, task) => {
        const target = await pipe(session, task, { mimeType: "text/plain" });
        const stream = await events(session, target, {
          types: ["sse"],
          highWaterMark: 10,
        });
        const writer = target.getWriter();
        await writer.write("go");
        await writer.close();
        return await failureOf(readUntil(stream, () => false));
      }),
  },
  {
    group,
    name: "a slow reader that allows it sees how much it has missed",
    expected: ["0", "gap of 89", "90", "99", 12],
    run: (places) =>
      withTalk(places, 100, async (session, task) => {
        const target = await pipe(session, task, { mimeType: "text/plain" });
        const stream = await events(session, target, {
          types: ["sse"],
          highWaterMark: 10,
          overflow: "drop-oldest",
        });
        const writer = target.getWriter();
        await writer.write("go");
        await writer.close();
        const seen = said(
          await readUntil(stream, (event) => said([event])[0] === "99"),
        );
        await stream.cancel();
        return [...seen.slice(0, 3), seen.at(-1), seen.length];
      }),
  },
  {
    group,
    name: "leaving a loop ends the subscription",
    expected: ["running", "apaevt_task"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const subscriptions: unknown[] = [];
        const stream = await events(session, task, { types: ["task"] });
        for await (const event of stream) {
          subscriptions.push(actionOf(event));
          break;
        }
        // A new one begins with the list of tasks again.
        const again = await events(session, task, { types: ["task"] });
        const [first] = await readUntil(again, () => true);
        await again.cancel();
        return [
          ...subscriptions,
          first?.type === "event" ? first.event : null,
        ];
      }),
  },
  {
    group,
    name: "two streams of one task see the same, until one is left",
    expected: ["end", "end"],
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const types = ["task"] as const;
        const [left, ...stay] = await Promise.all(
          [1, 2, 3].map(() => events(session, task, { types })),
        );
        await left!.cancel();
        await terminate(session, task);
        const seen = await Promise.all(
          stay.map((stream) => readUntil(stream, isEnd)),
        );
        await Promise.all(stay.map((stream) => stream.cancel()));
        return seen.map((items) => actionOf(items.at(-1)!));
      }),
  },
  {
    group,
    name: "streams close with their session, and error when it is lost",
    expected: [[], "ConnectionException: connection-lost"],
    run: async (places) => {
      const closing = await connect(toEngine(places));
      const closed = await events(closing, "*", { types: ["output"] });
      await close(closing);
      const options = await toFaultyEngine(places, "/?rrext_monitor=echo");
      const losing = await connect(options);
      const lost = await events(losing, "*", { types: ["output"] });
      const reading = failureOf(allOf(lost));
      await failureOf(call(losing, "drop"));
      return [await allOf(closed), await reading];
    },
  },
  {
    group,
    name: "the signal ends a stream with its reason",
    expected: true,
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const controller = new AbortController();
        const { signal } = controller;
        const options = { types: ["output"], signal } as const;
        const stream = await events(session, "*", options);
        const reason = new Error("enough");
        const reading = thrownBy(allOf(stream));
        controller.abort(reason);
        return await reading === reason;
      }),
  },
  {
    group,
    name: "what cannot be watched is refused",
    expected: ["RangeError", "RangeError", "RocketRideException"],
    run: (places) =>
      withSession(toEngine(places), async (session) => {
        const watch = (target: string, type: string, highWaterMark = 1) =>
          events(session, target, { types: [type as "task"], highWaterMark });
        const nobody = await thrownBy(watch("tk_nobody", "task"));
        return [
          await failureOf(watch("*", "apaevt_nothing")),
          await failureOf(watch("*", "task", 0)),
          (nobody as Error).name,
        ];
      }),
  },
  {
    group,
    name: "onEvent gets what setEvents has chosen",
    expected: ["apaevt_task", "none after"],
    run: async (places) => {
      const seen: string[] = [];
      const onEvent = ({ event }: { event: string }) => void seen.push(event);
      return await withSession(
        { ...toEngine(places), onEvent },
        async (session) => {
          const task = await use(session, { pipeline: textPipeline() });
          await setEvents(session, task, ["task"]);
          const first = seen[0];
          await setEvents(session, task, []);
          const before = seen.length;
          await send(session, task, "Hello");
          await terminate(session, task);
          return [first, seen.length === before ? "none after" : seen];
        },
      );
    },
  },
  {
    group,
    name: "a watch of a task ends with the task",
    expected: { begins: 3, ends: true },
    run: (places) =>
      withTask(places, textPipeline(), async (session, task) => {
        const states: { state: number; completed: boolean }[] = [];
        for await (const status of watchTask(session, task)) {
          if (states.length === 0) await terminate(session, task);
          states.push(status);
        }
        return { begins: states[0]?.state, ends: states.at(-1)?.completed };
      }),
  },
  {
    group,
    name: "events that nobody knows pass through, broken ones do not",
    expected: [["apaevt_of_tomorrow", { x: [1] }], ["", {}]],
    run: async (places) => {
      const seen: unknown[] = [];
      const options = {
        ...await toFaultyEngine(places),
        onEvent: (event: { event: string; body?: unknown }) =>
          void seen.push([event.event, event.body]),
      };
      return await withSession(options, async (session) => {
        await call(session, "tell", {
          events: [["apaevt_of_tomorrow", { x: [1] }], ["", {}], [7, {}]],
        });
        return seen;
      });
    },
  },
  {
    group,
    name: "an event that comes together with the handshake is not lost",
    expected: ["apaevt_of_tomorrow"],
    run: async (places) => {
      const seen: string[] = [];
      const options = {
        ...await toFaultyEngine(places, "/?greet"),
        onEvent: ({ event }: { event: string }) => void seen.push(event),
      };
      return await withSession(options, async (session) => {
        await call(session, "echo");
        return seen.map(inShort);
      });
    },
  },
];
