import { assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../lib/async.ts";
import { RocketRideException } from "../../lib/errors.ts";
import { events, type StreamedEvent } from "../../lib/events/events.ts";
import { setEvents } from "../../lib/events/set_events.ts";
import { watchTask } from "../../lib/events/watch_task.ts";
import { sendFiles } from "../../lib/pipe/send_files.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { use } from "../../lib/task/use.ts";
import { listenersOf } from "../support/counting_signal.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";
import {
  eventServer,
  lastKinds,
  ONE,
  readNow,
  statusOf,
  TWO,
  unsubscribes,
  watched,
} from "../support/event_server.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { type Answer, SILENCE } from "../support/scripted_server.ts";

Deno.test("C26 pipes of one number under sources of one name are told apart", async () => {
  await using it = await eventServer();
  const mine = await watched(it, { token: ONE, pipeId: 0 }, "SSE");
  const others = await watched(it, { token: TWO, pipeId: 0 }, "SSE");
  const body = { pipe_id: 0, type: "thinking" };
  it.line.event("apaevt_sse", { ...body, __id: "22222222.chat_1" });
  it.line.event("apaevt_sse", { ...body, __id: "11111111.chat_1" });
  await drainMicrotasks();
  const ids = (seen: StreamedEvent[]): unknown[] =>
    seen.map((event) => event.type === "event" && event.body?.__id);
  assertEquals(ids(await readNow(mine)), ["11111111.chat_1"]);
  assertEquals(ids(await readNow(others)), ["22222222.chat_1"]);
});

Deno.test("what a task prints reaches its stream alone", async () => {
  await using it = await eventServer();
  const mine = await watched(it, ONE, "output");
  const all = await watched(it, "*", "output");
  it.line.event("output", { output: "two\n", __id: "22222222.chat_1" });
  it.line.event("output", { output: "one\n", __id: "11111111.chat_1" });
  await drainMicrotasks();
  const words = (seen: StreamedEvent[]): unknown[] =>
    seen.map((event) => event.type === "event" && event.body?.output);
  assertEquals(words(await readNow(mine)), ["one\n"]);
  assertEquals(words(await readNow(all)), ["two\n", "one\n"]);
});

Deno.test("a public key says nothing about the ids of its task's events", async () => {
  await using it = await eventServer({
    rrext_get_task_status: () => statusOf(ONE),
  });
  const stream = await watched(it, "pk_99999999", "output");
  it.line.event("output", { output: "one\n", __id: "11111111.chat_1" });
  await drainMicrotasks();
  assertEquals((await readNow(stream)).length, 1);
});

Deno.test("the progress of uploads reaches the streams of their task alone", async () => {
  await using it = await eventServer();
  const mine = await watched(it, ONE, "apaevt_status_upload");
  const others = await watched(it, TWO, "apaevt_status_upload");
  const all = await watched(it, "*", "apaevt_status_upload");
  await sendFiles(it.session, ONE, [new File(["x"], "x.bin")]);
  assertEquals((await readNow(mine)).length, 4);
  assertEquals((await readNow(others)).length, 0);
  assertEquals((await readNow(all)).length, 4);
});

Deno.test("use({ events }) shows the events of the started task alone", async () => {
  const started = { token: ONE, id: "11111111.chat_1" };
  await using it = await eventServer({
    execute(_, line): Answer {
      const begin = { action: "begin", projectId: "p1", source: "chat_1" };
      line.event("apaevt_task", { ...begin, __id: "33333333.chat_1" });
      line.event("apaevt_task", { ...begin, __id: "11111111.chat_1" });
      return started;
    },
  });
  const { events: stream } = await use(it.session, {
    pipeline: { project_id: "p1", source: "chat_1", components: [] },
    events: ["TASK"],
  });
  const body = { action: "end", projectId: "p1", source: "chat_1" };
  it.line.event("apaevt_task", { ...body, __id: "33333333.chat_1" });
  it.line.event("apaevt_task", { ...body, __id: "11111111.chat_1" });
  await drainMicrotasks();
  const seen = await readNow(stream!);
  assertEquals(
    seen.map((event) =>
      event.type === "event" && [event.body?.__id, event.body?.action]
    ),
    [["11111111.chat_1", "begin"], ["11111111.chat_1", "end"]],
  );
});

Deno.test("of two choices of setEvents at once, the second one counts", async () => {
  await using it = await eventServer();
  await Promise.all([
    setEvents(it.session, ONE, ["SUMMARY"]),
    setEvents(it.session, ONE, ["OUTPUT"]),
  ]);
  assertEquals(lastKinds(it), ["OUTPUT"]);
});

Deno.test("however early it is aborted, an events stream leaves no listener behind", async () => {
  for (let turns = 0; turns < 16; turns++) {
    const stop = new AbortController();
    await using it = await eventServer({
      async rrext_monitor(request): Promise<Answer> {
        if (unsubscribes(request)) return;
        for (let turn = 0; turn < turns; turn++) await undefined;
        stop.abort(new Error("enough"));
      },
    });
    const core = coreOf(it.session);
    // What the table of subscriptions needs stays for the session's life.
    await setEvents(it.session, TWO, ["OUTPUT"]);
    const before = core.listeners.size;
    const attached = listenersOf(core.signal);
    const { signal } = stop;
    await events(it.session, ONE, { types: ["SUMMARY"], signal })
      .then(readNow).catch(() => {});
    await drainMicrotasks();
    assertEquals([attached.size, core.listeners.size], [0, before]);
  }
});

Deno.test("a watch that is cancelled while it begins takes its subscription back", async () => {
  const opening = deferred<void>();
  await using it = await eventServer({
    async rrext_monitor(request): Promise<Answer> {
      if (!unsubscribes(request)) await opening.promise;
      return undefined;
    },
  });
  const reader = watchTask(it.session, ONE).getReader();
  const first = reader.read();
  await it.received("rrext_monitor");
  const cancelled = reader.cancel();
  opening.resolve();
  await cancelled;
  assertEquals((await first).done, true);
  await drainMicrotasks();
  assertEquals(lastKinds(it), []);
});

Deno.test("a watch that fails takes its subscription back", async () => {
  let asked = 0;
  await using it = await eventServer({
    rrext_get_task_status({ arguments: args }): Answer {
      if (++asked > 1) throw new Error("Your pipeline is not running");
      return statusOf(args?.token);
    },
  });
  await assertRejects(
    () => watchTask(it.session, ONE).getReader().read(),
    RocketRideException,
    "not running",
  );
  await drainMicrotasks();
  assertEquals(lastKinds(it), []);
});

Deno.test("a second watch of a task tells its status, too, and ends if it is over", async () => {
  let state = 3;
  await using it = await eventServer({
    rrext_get_task_status: ({ arguments: args }) =>
      statusOf(args?.token, state),
  });
  // The engine tells the status by itself to the first of them only.
  const other = await watched(it, ONE, "SUMMARY");
  state = 5;
  const states: number[] = [];
  for await (const status of watchTask(it.session, ONE)) {
    states.push(status.state);
  }
  assertEquals(states, [5]);
  await other.cancel();
  await close(it.session);
});

Deno.test("an end that comes in the packet of the first status is not missed", async () => {
  let asked = 0;
  await using it = await eventServer({
    rrext_get_task_status(request, line): Answer {
      const { token } = request.arguments ?? {};
      // The watch asks once more before it believes the end.
      if (++asked !== 2) return statusOf(token, asked > 2 ? 5 : 3);
      line.reply(request, statusOf(token));
      line.event("apaevt_status_update", statusOf(token, 5));
      return SILENCE;
    },
  });
  const states: number[] = [];
  for await (const status of watchTask(it.session, ONE)) {
    states.push(status.state);
  }
  assertEquals(states, [3, 5]);
});

Deno.test("a subscription that could not be taken back is not restored", async () => {
  const it = persistRig();
  const session = await opened(it);
  const target = { projectId: "p", source: "in" };
  const stream = await events(session, target, { types: ["task"] });
  it.silent.add("rrext_monitor");
  const ending = stream.cancel();
  await it.clock.advance(30_000);
  await ending;
  it.silent.clear();
  drop(it);
  await it.clock.advance(1_000);
  const { sent } = it.transport.dials.at(-1)!;
  const commands = sent.map(({ message }) =>
    message.type === "request" ? message.command : ""
  );
  assertEquals(commands, ["auth"]);
  await shut(it, session);
});

Deno.test("events that this version does not know pass through, unless names alone are wanted", async () => {
  await using it = await eventServer();
  const all = await watched(it, ONE, "ALL");
  const some = await watched(it, ONE, "DETAIL");
  const named = await watched(it, ONE, "apaevt_task");
  const body = { __id: "11111111.chat_1", novelty: 1 };
  it.line.event("apaevt_of_tomorrow", body);
  await drainMicrotasks();
  for (const stream of [all, some]) {
    const [event] = await readNow(stream);
    assertEquals(event?.type === "event" && [String(event.event), event.body], [
      "apaevt_of_tomorrow",
      body,
    ]);
  }
  assertEquals(await readNow(named), []);
});
