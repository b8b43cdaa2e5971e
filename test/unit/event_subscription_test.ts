import { assert, assertEquals, assertRejects } from "@std/assert";
import { events, type StreamedEvent } from "../../lib/events/events.ts";
import type { MonitorTarget } from "../../lib/events/target.ts";
import { setEvents } from "../../lib/events/set_events.ts";
import { watchTask } from "../../lib/events/watch_task.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { countingSignal, listenersOf } from "../support/counting_signal.ts";
import {
  eventServer,
  lastKinds,
  ONE,
  readNow,
  statusOf,
  TWO,
  watched,
} from "../support/event_server.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import type { PipeServer } from "../support/pipe_server.ts";

type Stream = ReadableStream<StreamedEvent>;

function print({ line }: PipeServer, count: number): void {
  for (let at = 0; at < count; at++) {
    line.event("output", { output: `${at}`, __id: "11111111.chat_1" });
  }
}

/** How a stream of events may end while its session lives. */
const ENDS: Readonly<
  Record<string, (it: PipeServer, stream: Stream) => Promise<unknown>>
> = {
  "is cancelled": (_, stream) => stream.cancel(),
  "is read too slowly": async (it, stream) => {
    print(it, 9);
    await assertRejects(() => readNow(stream), Error, "too slow");
  },
};

for (const [how, end] of Object.entries(ENDS)) {
  Deno.test(`a stream of events that ${how} leaves no listener behind`, async () => {
    await using it = await eventServer();
    const core = coreOf(it.session);
    // What the table of subscriptions needs stays for the session's life.
    await (await watched(it, "*", "task")).cancel();
    const before = core.listeners.size;
    const attached = listenersOf(core.signal);
    const counting = countingSignal();
    const stream = await events(it.session, ONE, {
      types: ["output"],
      signal: counting.signal,
      highWaterMark: 2,
      overflow: "error",
    });
    assert(counting.listeners > 0 && attached.size > 0);
    await end(it, stream);
    await drainMicrotasks();
    const left = [counting.listeners, attached.size, core.listeners.size];
    assertEquals(left, [0, 0, before]);
  });
}

Deno.test("a watch of a task that is over leaves no listener behind", async () => {
  await using it = await eventServer({
    rrext_get_task_status: ({ arguments: args }) => statusOf(args?.token, 5),
  });
  const counting = countingSignal();
  const { signal } = counting;
  await Array.fromAsync(watchTask(it.session, ONE, { signal }));
  assert(counting.attached > 0);
  assertEquals(counting.listeners, 0);
});

Deno.test("what arrived before a session was closed is still the reader's", async () => {
  await using it = await eventServer();
  const stream = await watched(it, ONE, "output");
  print(it, 5);
  await drainMicrotasks();
  await close(it.session);
  const seen = await Array.fromAsync(stream);
  assertEquals(
    seen.map((event) => event.type === "event" && event.body?.output),
    ["0", "1", "2", "3", "4"],
  );
});

Deno.test("a project is watched with its source", async () => {
  await using it = await eventServer();
  for (const target of [{ projectId: "p1" }, { projectId: 1, source: "in" }]) {
    await assertRejects(
      () => watched(it, target as MonitorTarget, "task"),
      TypeError,
      "a projectId and a source",
    );
  }
  assertEquals(it.requests.length, 0);
});

for (
  const [action, projectId, times] of [
    ["begin", "p1", 2],
    ["restart", "p1", 2],
    ["end", "p1", 1],
    ["begin", "p2", 1],
  ] as const
) {
  Deno.test(`the ${action} of a run of ${projectId} lets p1 be told ${times} times`, async () => {
    await using it = await eventServer();
    await watched(it, { projectId: "p1", source: "chat_1" }, "task");
    const body = { action, projectId, source: "chat_1" };
    it.line.event("apaevt_task", { ...body, __id: "11111111.chat_1" });
    await drainMicrotasks();
    const asked = it.requests.filter((one) => one.command === "rrext_monitor");
    assertEquals(asked.length, times);
  });
}

Deno.test("an event that names nobody reaches all who watch, one that names another does not", async () => {
  await using it = await eventServer();
  const target = { projectId: "p1", source: "chat_1" };
  const stream = await watched(it, target, "output");
  for (const __id of [undefined, "", "33333333.chat_1", "33333333.other"]) {
    it.line.event("output", { output: String(__id), __id });
  }
  await drainMicrotasks();
  assertEquals(
    (await readNow(stream)).map((it) => it.type === "event" && it.body?.output),
    ["undefined", "", "33333333.chat_1"],
  );
});

Deno.test("a watch of a task asks how it is when the line was dialled anew", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: ({ arguments: args }) =>
      statusOf(args?.token, state),
  }, { persist: true });
  const reader = watchTask(it.session, ONE).getReader();
  assertEquals((await reader.read()).value?.state, 3);
  state = 5;
  const next = reader.read();
  it.line.close(3_999);
  await it.clock.advance(1_000);
  assertEquals((await next).value?.state, 5);
  assertEquals((await reader.read()).done, true);
  const closed = close(it.session);
  await it.clock.advance(15_000);
  await closed;
});

Deno.test("a stream that the engine refuses leaves nothing behind", async () => {
  let refuses = false;
  await using it = await eventServer({
    rrext_monitor(): void {
      if (refuses) throw new Error("Not now");
    },
  });
  const { listeners } = coreOf(it.session);
  // What the table of subscriptions needs stays for the session's life.
  await (await watched(it, "*", "task")).cancel();
  const before = listeners.size;
  refuses = true;
  await assertRejects(() => watched(it, ONE, "output"), Error, "Not now");
  await drainMicrotasks();
  assertEquals(listeners.size, before);
  refuses = false;
  await watched(it, ONE, "task");
  const kinds = lastKinds(it);
  await using other = await eventServer();
  await watched(other, ONE, "task");
  assertEquals(kinds, lastKinds(other));
});

Deno.test("a signal that has aborted asks the engine for nothing", async () => {
  await using it = await eventServer();
  const signal = AbortSignal.abort("over");
  const options = { types: ["task"], signal } as const;
  const thrown = await events(it.session, ONE, options).catch((it) => it);
  assertEquals([thrown, it.requests.length], ["over", 0]);
});

for (const pipeId of [undefined, 2]) {
  Deno.test(`where a run is over, its project is watched for the next one, pipe ${pipeId}`, async () => {
    await using it = await eventServer({
      rrext_monitor({ arguments: args }): void {
        if (args?.token !== undefined) throw new Error("It is over");
      },
    });
    const narrow = pipeId === undefined ? {} : { pipeId };
    await watched(it, { token: ONE, ...narrow }, "SSE");
    const asked = it.requests.filter((one) => one.command === "rrext_monitor");
    assertEquals(asked.map(({ arguments: args }) => args), [
      { token: ONE, ...narrow, types: lastKinds(it) },
      { projectId: "p1", source: "chat_1", ...narrow, types: lastKinds(it) },
    ]);
  });
}

Deno.test("an engine that takes a subscription is asked once", async () => {
  await using it = await eventServer();
  await watched(it, ONE, "task");
  const asked = it.requests.filter((one) => one.command === "rrext_monitor");
  assertEquals(asked.length, 1);
});

Deno.test("what is wanted is sent as names, which servers that know fewer kinds take", async () => {
  await using it = await eventServer();
  await watched(it, ONE, "sse");
  assertEquals(lastKinds(it), ["SSE"]);
  await watched(it, ONE, "apaevt_status_update");
  assertEquals(lastKinds(it), ["SUMMARY", "SSE"]);
  await watched(it, "*", "ALL");
  assertEquals(lastKinds(it), ["ALL"]);
  await watched(it, "*", { kind: "NEW" });
  assertEquals(lastKinds(it), ["ALL", "NEW"]);
  await watched(it, TWO, { kind: "NEW" });
  assertEquals(lastKinds(it), ["NEW"]);
  await watched(it, TWO, "billing");
  assertEquals(lastKinds(it), ["BILLING", "NEW"]);
});

Deno.test("an unknown name is refused with the nearest one, unless it is given as a kind", async () => {
  await using it = await eventServer();
  const wrong: readonly [unknown, string][] = [
    ["sumary", 'use "SUMMARY"'],
    ["apaevt_tasks", 'use "apaevt_task"'],
    ["zqxjkvw", 'is { kind: "zqxjkvw" }'],
  ];
  for (const [name, advice] of wrong) {
    await assertRejects(
      () => watched(it, "*", name as "task"),
      RangeError,
      advice,
    );
  }
  for (const kind of ["", " ", 1, undefined]) {
    await assertRejects(
      () => watched(it, "*", { kind } as { kind: string }),
      TypeError,
    );
  }
  assertEquals(it.requests, []);
});

Deno.test("events of unknown names pass, whichever kind was asked for", async () => {
  await using it = await eventServer();
  const ends = await Promise.all(
    [["task"], [{ kind: "NEW" }], ["ALL"], ["output"]].map((types) =>
      events(it.session, "*", { types: types as ["task"] })
    ),
  );
  it.line.event("apaevt_new", { answer: 42 });
  it.line.event("apaevt_deploy", { action: "run", projectId: "p" });
  it.line.event("app:statusChanged", { appId: "a", status: "ready" });
  const seen = await Promise.all(ends.map(readNow));
  const names = seen.map((read) =>
    read.map((it) => it.type === "gap" ? "gap" : String(it.event))
  );
  assertEquals(names, [
    ["apaevt_new"],
    ["apaevt_new"],
    ["apaevt_new", "apaevt_deploy", "app:statusChanged"],
    ["apaevt_new"],
  ]);
});

Deno.test("a choice of a kind that this version does not know is made and ended", async () => {
  await using it = await eventServer();
  await setEvents(it.session, "*", [{ kind: "NEW" }]);
  assertEquals(lastKinds(it), ["NEW"]);
  await setEvents(it.session, "*", []);
  assertEquals(lastKinds(it), []);
});
