import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  close,
  connect,
  type ConnectOptions,
  events,
  pipe,
  RocketRideException,
  send,
  type Session,
  setConnectionParams,
  setEvents,
  type StreamedEvent,
  type Task,
  terminate,
  use,
  watchTask,
} from "@rocketride/streams";
import { forEachTransport } from "../support/engines.ts";
import { TEXT } from "../support/pipelines.ts";
import { actionOf, isEnd, readUntil } from "../support/streamed_events.ts";

const pipeline = {
  project_id: "watched",
  source: "in",
  components: [
    { id: "in", provider: "chat", config: {} },
    {
      id: "llm",
      provider: "llm_mock",
      config: { replies: [{ match: "", reply: "Yes", thinking: ["Hm"] }] },
      input: [{ lane: "questions", from: "in" }],
    },
    {
      id: "out",
      provider: "response_answers",
      config: {},
      input: [{ lane: "answers", from: "llm" }],
    },
  ],
};
const plain = { ...TEXT, project_id: "plain" };

async function withTask(
  options: ConnectOptions,
  test: (session: Session, task: Task) => Promise<void>,
): Promise<void> {
  const session = await connect(options);
  try {
    await test(session, await use(session, { pipeline: plain }));
  } finally {
    await close(session);
  }
}

forEachTransport(
  "a cancelled stream leaves another of its key alone",
  (options) =>
    withTask(options, async (session, task) => {
      const first = await events(session, task, { types: ["task"] });
      const { projectId, source } = { projectId: "plain", source: "in" };
      const second = await events(session, { projectId, source }, {
        types: ["SUMMARY", "TASK"],
      });
      await second.cancel();
      await terminate(session, task);
      const actions = (await readUntil(first, isEnd)).map(actionOf);
      assertEquals(actions.at(-1), "end");
      await first.cancel();
    }),
);

forEachTransport(
  "streams of one task see nothing of another",
  (options) =>
    withTask(options, async (session, task) => {
      const other = await use(session, {
        pipeline: { ...plain, project_id: "other" },
      });
      const seen: StreamedEvent[] = [];
      const stream = await events(session, task, { types: ["apaevt_task"] });
      const all = await events(session, "*", { types: ["apaevt_task"] });
      await terminate(session, other);
      await readUntil(all, isEnd);
      await terminate(session, task);
      seen.push(...await readUntil(stream, isEnd));
      const ended = seen.filter(isEnd);
      assertEquals(
        ended.map((it) => it.type === "event" && it.body?.projectId),
        ["plain"],
      );
      await all.cancel();
      await stream.cancel();
    }),
);

forEachTransport("use({ events }) sees the task begin", async (options) => {
  const session = await connect(options);
  const task = await use(session, {
    pipeline: plain,
    events: ["apaevt_task", "summary"],
  });
  assert(task.events);
  const seen = await readUntil(task.events, (it) => actionOf(it) === "begin");
  assertEquals(actionOf(seen.at(-1)!), "begin");
  await task[Symbol.asyncDispose]();
  await close(session);
});

forEachTransport(
  "the signal of use({ events }) is for the start alone: its events go on",
  async (options) => {
    const session = await connect(options);
    const controller = new AbortController();
    const { signal } = controller;
    const task = await use(session, {
      pipeline: plain,
      events: ["apaevt_task"],
      signal,
    });
    controller.abort(new Error("Start took too long"));
    await terminate(session, task);
    const seen = await readUntil(task.events!, (it) => actionOf(it) === "end");
    assertEquals(actionOf(seen.at(-1)!), "end");
    await close(session);
  },
);

forEachTransport(
  "use({ events }) watches a pipeline that names neither project nor source",
  async (options) => {
    const session = await connect(options);
    const [first, ...rest] = plain.components;
    const source = { ...first!, config: { mode: "Source" } };
    const components = [source, ...rest];
    const pipeline = { components };
    const task = await use(session, { pipeline, events: ["TASK"] });
    assert(task.events);
    const seen = await readUntil(task.events, (it) => actionOf(it) === "begin");
    const begin = seen.at(-1)!;
    assert(begin.type === "event");
    assertEquals(begin.body?.projectId, task.started.projectId);
    assertEquals(begin.body?.source, "in");
    assertEquals(pipeline, { components });
    await task[Symbol.asyncDispose]();
    await close(session);
  },
);

forEachTransport(
  "use({ events }) takes its subscription back when it fails",
  async (options) => {
    const session = await connect(options);
    await assertRejects(() =>
      use(session, {
        pipeline: {
          ...plain,
          components: [{ id: "in", provider: "no_such_node", config: {} }],
        },
        events: ["TASK"],
      })
    );
    await close(session);
  },
);

forEachTransport(
  "one pipe's messages reach its stream alone",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline });
    const chatPipe = () =>
      pipe(session, task, {
        mimeType: "application/rocketride-question",
        provider: "chat",
      });
    const mine = await chatPipe();
    const stream = await events(session, mine, { types: ["apaevt_sse"] });
    const other = await chatPipe();
    for (const target of [other, mine]) {
      const writer = target.getWriter();
      await writer.write('{"questions":[{"text":"Well?"}]}');
      await writer.close();
    }
    const [event] = await readUntil(stream, () => true);
    assertEquals(event?.type === "event" && event.body?.pipe_id, mine.pipeId);
    await stream.cancel();
    await close(session);
  },
);

forEachTransport(
  "a slow reader errors, or sees how much it missed",
  (options) =>
    withTask(options, async (session, task) => {
      const types = ["TASK"] as const;
      const strict = await events(session, "*", { types, highWaterMark: 1 });
      const lossy = await events(session, "*", {
        types,
        highWaterMark: 1,
        overflow: "drop-oldest",
      });
      const all = await events(session, "*", { types });
      for (let run = 0; run < 3; run++) {
        const next = await use(session, {
          pipeline: { ...plain, project_id: `run${run}` },
        });
        await terminate(session, next);
        await readUntil(all, isEnd);
      }
      const error = await assertRejects(
        () => readUntil(strict, () => false),
        RocketRideException,
        "too slow",
      );
      assertEquals(error.code, "event-overflow");
      const [, gap, last] = await readUntil(lossy, isEnd);
      assert(gap?.type === "gap" && gap.reason === "overflow");
      assert(gap.lost! >= 3, `lost ${gap.lost}`);
      assert(last && isEnd(last));
      await lossy.cancel();
      await all.cancel();
      await terminate(session, task);
    }),
);

forEachTransport(
  "a stream goes on, with a gap, on a line dialled anew",
  (options) =>
    withTask(options, async (session, task) => {
      const stream = await events(session, task, { types: ["TASK"] });
      await setConnectionParams(session, {});
      await terminate(session, task);
      const seen = (await readUntil(stream, isEnd)).map(actionOf);
      // The engine tells what runs before it answers the subscription.
      assertEquals(seen, ["running", "gap", "running", "end"]);
      await stream.cancel();
    }),
);

forEachTransport(
  "C27 what setEvents chose is chosen on a line dialled anew, beside what streams want",
  async (options) => {
    const seen: unknown[] = [];
    const session = await connect({
      ...options,
      onEvent: ({ event, body }) => seen.push(body?.action ?? event),
    });
    const task = await use(session, { pipeline: plain });
    await setEvents(session, task, ["TASK"]);
    const stream = await events(session, task, { types: ["SUMMARY"] });
    await stream.cancel();
    await setConnectionParams(session, {});
    const before = seen.length;
    await terminate(session, task);
    assertEquals(seen.slice(before), ["end"]);
    await close(session);
  },
);

forEachTransport(
  "C28 names with dots and quotes are watched, also on a line dialled anew",
  async (options) => {
    const session = await connect(options);
    const project_id = 'a.b."c"';
    const source = "in.x.1";
    const task = await use(session, {
      pipeline: {
        project_id,
        source,
        components: [{ id: source, provider: "webhook", config: {} }],
      },
    });
    const target = { projectId: project_id, source };
    const stream = await events(session, target, { types: ["TASK"] });
    await setConnectionParams(session, {});
    await terminate(session, task);
    const seen = await readUntil(stream, isEnd);
    const last = seen.at(-1);
    assert(last?.type === "event");
    assertEquals(
      [last.body?.action, last.body?.projectId, last.body?.source],
      ["end", project_id, source],
    );
    await stream.cancel();
    await close(session);
  },
);

forEachTransport(
  "streams close with their session, and their signal ends them",
  (options) =>
    withTask(options, async (session, task) => {
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = await events(session, task, { types: ["TASK"], signal });
      const closed = await events(session, task, { types: ["OUTPUT"] });
      controller.abort(new Error("enough"));
      await assertRejects(
        () => readUntil(aborted, () => false),
        Error,
        "enough",
      );
      await close(session);
      assertEquals(await readUntil(closed, () => false), []);
    }),
);

forEachTransport(
  "what cannot be watched is refused",
  (options) =>
    withTask(options, async (session, task) => {
      await assertRejects(
        () => events(session, task, { types: ["apaevt_nothing" as "task"] }),
        RangeError,
        "apaevt_nothing",
      );
      await assertRejects(
        () => events(session, task, { types: ["task"], highWaterMark: 0 }),
        RangeError,
      );
      await assertRejects(
        () => events(session, "tk_nobody", { types: ["task"] }),
        RocketRideException,
      );
    }),
);

forEachTransport("setEvents chooses what onEvent gets", async (options) => {
  const seen: string[] = [];
  const session = await connect({
    ...options,
    onEvent: ({ event }) => seen.push(event),
  });
  const task = await use(session, { pipeline: plain });
  await setEvents(session, task, [
    "apaevt_status_upload",
    "apaevt_status_processing",
  ]);
  assertEquals(seen, ["apaevt_status_update"]);
  await setEvents(session, task, ["TASK"]);
  assertEquals(seen.at(-1), "apaevt_task");
  await setEvents(session, task, []);
  const before = seen.length;
  await send(session, task, "Hello");
  await terminate(session, task);
  assertEquals(seen.length, before);
  await close(session);
});

forEachTransport(
  "watchTask tells the status until the task is over",
  (options) =>
    withTask(options, async (session, task) => {
      const states: number[] = [];
      for await (const status of watchTask(session, task)) {
        if (states.length === 0) await terminate(session, task);
        states.push(status.state);
      }
      assertEquals(states[0], 3);
      assert(states.at(-1)! >= 5);
    }),
);

forEachTransport(
  "watchTask of a task that does not run errors",
  async (options) => {
    const session = await connect(options);
    await assertRejects(async () => {
      for await (const _ of watchTask(session, "tk_nobody"));
    }, RocketRideException);
    await close(session);
  },
);
