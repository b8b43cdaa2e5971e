import { assertEquals, assertRejects } from "@std/assert";
import { events } from "../../lib/events/events.ts";
import { clearEvents, setEvents } from "../../lib/events/set_events.ts";
import type { MonitorTarget, ProjectTarget } from "../../lib/events/target.ts";
import { RocketRideException } from "../../lib/errors.ts";
import { identify } from "../../lib/session/identify.ts";
import { coreOf } from "../../lib/session/core.ts";
import { eventServer, ONE, readNow, watched } from "../support/event_server.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { drop, opened, persistRig, shut } from "../support/persist_rig.ts";
import type { PipeServer } from "../support/pipe_server.ts";
import { gate, refusing } from "../support/pipe_server.ts";
import { stateOf } from "../support/state_of.ts";

const PROJECT = { projectId: "p", source: "in" };

/** What was subscribed to, without the kinds and the token. */
function keys({ requests }: PipeServer): unknown[] {
  return requests.filter(({ command }) => command === "rrext_monitor")
    .map(({ arguments: { types: _, ...key } = {} }) => key);
}

const SENT: readonly (readonly [Partial<ProjectTarget>, object])[] = [
  [{}, {}],
  [{ pipeId: 0 }, { pipeId: 0 }],
  [{ runKind: "dev" }, {}],
  [{ runKind: "" }, {}],
  [{ runKind: "deploy" }, { runKind: "deploy" }],
  [{ teamId: "t" }, { teamId: "t" }],
  [{ teamId: "t", runKind: "deploy" }, { teamId: "t" }],
  [{ teamId: "t", pipeId: 2 }, { teamId: "t", pipeId: 2 }],
];

for (const [target, key] of SENT) {
  Deno.test(`a project with ${JSON.stringify(target)} is watched by ${JSON.stringify(key)}`, async () => {
    await using it = await eventServer();
    await watched(it, { ...PROJECT, ...target }, "task");
    assertEquals(keys(it), [{ ...PROJECT, ...key }]);
  });
}

Deno.test("a kind of runs that does not exist is found before any traffic", async () => {
  await using it = await eventServer();
  const target = { ...PROJECT, runKind: "prod" } as unknown as MonitorTarget;
  await assertRejects(() => watched(it, target, "task"), RangeError, "prod");
  assertEquals(it.requests, []);
});

Deno.test("runs of different scopes are watched side by side, each by its own readers", async () => {
  await using it = await eventServer();
  const scopes: readonly Partial<ProjectTarget>[] = [
    {},
    { runKind: "deploy" },
    { teamId: "t1" },
    { teamId: "t2" },
  ];
  const streams = [];
  for (const scope of scopes) {
    streams.push(await watched(it, { ...PROJECT, ...scope }, "output"));
  }
  const stamps = [
    {},
    { runKind: "dev", teamId: "" },
    { runKind: "deploy", teamId: "" },
    { runKind: "deploy", teamId: "t1" },
    { runKind: "deploy", teamId: "t2" },
  ];
  stamps.forEach((stamp, at) =>
    it.line.event("output", {
      ...stamp,
      output: `${at}`,
      project_id: "p",
      source: "in",
    })
  );
  const seen = await Promise.all(streams.map(readNow));
  const texts = seen.map((read) =>
    read.map((event) => event.type === "event" && event.body.output)
  );
  // What bears no stamp comes from a server that has the own runs alone.
  assertEquals(texts, [["0", "1"], ["0", "2"], ["3"], ["4"]]);
});

Deno.test("a token of a team's run and the project of one's own are two subscriptions", async () => {
  await using it = await eventServer({
    rrext_get_task_status: () => ({
      project_id: "p",
      source: "in",
      state: 3,
      completed: false,
      teamId: "t",
      runKind: "deploy",
    }),
  });
  await watched(it, ONE, "output");
  await watched(it, PROJECT, "task");
  const kinds = it.requests.filter(({ command }) => command === "rrext_monitor")
    .map(({ arguments: args }) => args?.types);
  assertEquals(kinds, [["OUTPUT"], ["TASK"]]);
});

Deno.test("clearEvents() ends every subscription, once a key, and closes streams", async () => {
  await using it = await eventServer();
  const { session } = it;
  const streams = [
    await watched(it, PROJECT, "output"),
    await watched(it, PROJECT, "task"),
    await watched(it, { ...PROJECT, teamId: "t" }, "task"),
  ];
  await setEvents(session, "*", ["dashboard"]);
  it.line.event("output", { output: "last", ...PROJECT });
  await drainMicrotasks();
  const before = keys(it).length;
  const listeners = coreOf(session).listeners.size;
  await clearEvents(session);
  const cleared = it.requests.filter(({ command }) =>
    command === "rrext_monitor"
  ).slice(before).map(({ arguments: args }) => args);
  assertEquals(cleared, [
    { ...PROJECT, types: [] },
    { ...PROJECT, teamId: "t", types: [] },
    { token: "*", types: [] },
  ]);
  const seen = await Promise.all(streams.map((it) => Array.fromAsync(it)));
  assertEquals(seen.map(({ length }) => length), [1, 0, 0]);
  assertEquals(coreOf(session).listeners.size, listeners - 3);
  // Nothing is left that a second call could end.
  await clearEvents(session);
  assertEquals(keys(it).length, before + 3);
  await watched(it, PROJECT, "sse");
  assertEquals(keys(it).length, before + 4);
});

Deno.test("clearEvents() resolves when the engine has answered, not before", async () => {
  const monitors = gate();
  await using it = await eventServer({ rrext_monitor: monitors.handler });
  const opening = events(it.session, "*", { types: ["task"] });
  await drainMicrotasks();
  await monitors.answer(undefined);
  const stream = await opening;
  const clearing = clearEvents(it.session);
  await drainMicrotasks();
  assertEquals(await stateOf(clearing), "pending");
  await monitors.answer(undefined);
  await clearing;
  assertEquals(await Array.fromAsync(stream), []);
});

Deno.test("clearEvents() does not reject where the engine refuses", async () => {
  let isRefused = false;
  await using it = await eventServer({
    rrext_monitor(): void {
      if (isRefused) throw new Error("No");
    },
  });
  const stream = await events(it.session, "*", { types: ["task"] });
  isRefused = true;
  await clearEvents(it.session);
  assertEquals(await Array.fromAsync(stream), []);
});

Deno.test("identify() tells a name, and tells it again after a reconnect", async () => {
  const it = persistRig();
  const session = await opened(it);
  await identify(session, "one");
  await identify(session, "two");
  drop(it);
  await it.clock.advance(1_000);
  const asked = it.transport.dials.flatMap(({ sent }) => sent)
    .flatMap(({ message }) => message.type === "request" ? [message] : [])
    .filter(({ command }) => command === "rrext_identify")
    .map(({ arguments: args }) => args);
  assertEquals(asked, [
    { clientName: "one" },
    { clientName: "two" },
    { clientName: "two" },
  ]);
  await shut(it, session);
});

Deno.test("identify() fails on servers that do not know it, and is not repeated", async () => {
  await using it = await eventServer();
  const error = await assertRejects(
    () => identify(it.session, "one"),
    RocketRideException,
  );
  assertEquals(error.code, "unknown-command");
  await using refused = await eventServer({ rrext_identify: refusing("No") });
  await assertRejects(() => identify(refused.session, "one"));
  await assertRejects(() => identify(refused.session, " "), TypeError);
  await drainMicrotasks();
  assertEquals(refused.requests.length, 1);
});
