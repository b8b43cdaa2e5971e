import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolException, RocketRideException } from "../../lib/errors.ts";
import {
  deleteLogEvents,
  getLogChapters,
  listLogStreams,
} from "../../lib/events/log_calls.ts";
import { readLog, type ReadLogOptions } from "../../lib/events/read_log.ts";
import { watchTask } from "../../lib/events/watch_task.ts";
import { close } from "../../lib/session/connection.ts";
import { coreOf } from "../../lib/session/core.ts";
import { listenersOf } from "../support/counting_signal.ts";
import { statusOf } from "../support/event_server.ts";
import {
  ADDRESS,
  type LogServer,
  logServer,
  range,
  seqsOf,
  take,
} from "../support/log_server.ts";
import { pipeServer } from "../support/pipe_server.ts";

/** All numbers of a part of a log. */
async function read(
  { session }: LogServer,
  options: Partial<ReadLogOptions> = {},
): Promise<unknown[]> {
  const stream = readLog(session, { ...ADDRESS, ...options });
  return seqsOf(await Array.fromAsync(stream));
}

/** Record so many events. */
function record(it: LogServer, count: number): void {
  for (let at = 0; at < count; at++) it.emit();
}

Deno.test("a log is read page by page, from its begin to its end", async () => {
  await using it = await logServer();
  assertEquals(await read(it), []);
  record(it, 25);
  assertEquals(await read(it, { batchSize: 10 }), range(1, 25));
  assertEquals(it.asked("read").slice(1), [
    { subcommand: "read", ...ADDRESS, maxEvents: 10 },
    { subcommand: "read", ...ADDRESS, maxEvents: 10, cursor: 11 },
    { subcommand: "read", ...ADDRESS, maxEvents: 10, cursor: 21 },
  ]);
});

Deno.test("a log is read when its reader reads, and no further", async () => {
  await using it = await logServer();
  record(it, 25);
  const reader = readLog(it.session, { ...ADDRESS, batchSize: 10 }).getReader();
  assertEquals(it.asked("read").length, 0);
  await take(reader, 10);
  assertEquals(it.asked("read").length, 1);
  await take(reader, 1);
  assertEquals(it.asked("read").length, 2);
  await reader.cancel();
});

const PARTS: Readonly<
  Record<string, readonly [Partial<ReadLogOptions>, readonly unknown[]]>
> = {
  "from a number": [{ from: { seq: 22 } }, range(22, 25)],
  "from number 0": [{ from: { seq: 0 }, to: { seq: 2 } }, [1, 2]],
  "to a number": [{ to: { seq: 3 } }, range(1, 3)],
  "from Unix seconds": [{ from: { time: 1_002.4 } }, [24, 25]],
  "from a date": [{ from: { time: new Date(1_002_400) } }, [24, 25]],
  "to a moment": [{ to: { time: 1_000.35 } }, [1, 2, 3]],
  "between two": [{ from: { seq: 5 }, to: { time: 1_000.75 } }, [5, 6, 7]],
  "behind its end": [{ from: { seq: 26 } }, []],
};

for (const [name, [options, seqs]] of Object.entries(PARTS)) {
  Deno.test(`a log is read ${name}`, async () => {
    await using it = await logServer();
    record(it, 25);
    assertEquals(await read(it, { ...options, batchSize: 2 }), seqs);
  });
}

Deno.test("kinds and names choose events of the past and of the present", async () => {
  await using it = await logServer();
  it.emit("output");
  it.emit("apaevt_flow", { op: "begin" });
  it.emit("apaevt_log_lifecycle", { action: "run-begin" });
  it.emit("apaevt_of_tomorrow");
  assertEquals(await read(it, { types: ["flow"] }), [2]);
  assertEquals(await read(it, { types: ["task", "output"] }), [1, 3]);
  assertEquals(await read(it, { types: ["apaevt_flow"] }), [2]);
  assertEquals(await read(it), [1, 2, 3, 4]);
  assertEquals(await read(it, { types: [{ kind: "NEW" }] }), [4]);
  const [kinds, , name, all] = it.asked("read").map(({ types }) => types);
  assertEquals([kinds, name, all], [
    ["apaevt_flow"],
    ["apaevt_flow"],
    undefined,
  ]);
  const types = ["output"] as const;
  const stream = readLog(it.session, { ...ADDRESS, types, live: true });
  const reader = stream.getReader();
  assertEquals(seqsOf(await take(reader, 1)), [1]);
  it.emit("apaevt_flow");
  it.emit("output");
  assertEquals(seqsOf(await take(reader, 1)), [6]);
  await reader.cancel();
});

Deno.test("a log goes on with live events, none lost and none twice", async () => {
  await using it = await logServer();
  record(it, 10);
  const options = { ...ADDRESS, live: true, batchSize: 4 };
  const reader = readLog(it.session, options).getReader();
  const seen = await take(reader, 3);
  record(it, 5); // recorded, and live, before the log is read to its end
  seen.push(...await take(reader, 12));
  record(it, 3);
  seen.push(...await take(reader, 3));
  assertEquals(seqsOf(seen), range(1, 18));
  await reader.cancel();
  await it.server.received("rrext_monitor", 1);
});

Deno.test("from now on only what is sent comes", async () => {
  await using it = await logServer();
  for (const before of [0, 12]) {
    record(it, before);
    const options = { ...ADDRESS, from: "now", live: true } as const;
    const reader = readLog(it.session, options).getReader();
    const reading = reader.read();
    const count = before === 0 ? 1 : 4;
    await it.server.received("rrext_log chapters", before === 0 ? 0 : 1);
    if (before > 0) await it.server.received("rrext_log read");
    record(it, 1);
    const { value } = await reading;
    assertEquals(seqsOf([value]), [it.length]);
    assert(count > 0);
    await reader.cancel();
  }
});

Deno.test("live events of other logs, and those without a number, are left out", async () => {
  await using it = await logServer();
  const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
  const reading = reader.read();
  await it.server.received("rrext_log read");
  const line = await it.server.line();
  const body = { project_id: "p", source: "in", logSeq: 7, output: "" };
  line.event("output", { ...body, project_id: "other" });
  line.event("output", { ...body, source: "other" });
  line.event("output", { ...body, teamId: "t" });
  line.event("output", { ...body, runKind: "deploy" });
  line.event("output", { ...body, logSeq: undefined });
  line.event("output", { ...body, logSeq: 8 });
  assertEquals(seqsOf([(await reading).value]), [8]);
  await reader.cancel();
});

Deno.test("a reader that is slow gets from the log what did not fit", async () => {
  await using it = await logServer({ make: () => ({ output: "x" }) });
  const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
  record(it, 1);
  const seen = await take(reader, 1);
  record(it, 30_000);
  seen.push(...await take(reader, 30_000));
  record(it, 5);
  seen.push(...await take(reader, 5));
  assertEquals(seqsOf(seen), range(1, 30_006));
  await reader.cancel();
});

Deno.test("what is missed while the line is down comes from the log", async () => {
  await using it = await logServer({
    persist: true,
    random: () => 0,
    way: "socket",
  });
  const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
  record(it, 3);
  const seen = await take(reader, 3);
  const reading = take(reader, 8);
  const line = await it.server.line();
  await it.server.received("rrext_monitor");
  line.close(3000);
  await line.closed;
  record(it, 4);
  await it.server.received("rrext_monitor", 1);
  record(it, 4);
  seen.push(...await reading);
  assertEquals(seqsOf(seen), range(1, 11));
  await reader.cancel();
  await close(it.session);
});

Deno.test("events that the server has deleted leave a gap", async () => {
  await using it = await logServer();
  record(it, 10);
  it.expire(6);
  assertEquals(await read(it, { from: { seq: 2 } }), ["gap 4", 6, 7, 8, 9, 10]);
  assertEquals(await read(it, { from: { seq: 6 } }), [6, 7, 8, 9, 10]);
  assertEquals(await read(it), [6, 7, 8, 9, 10]);
  // An answer that says where the log begins is no reason to ask again.
  assertEquals(it.asked("read").length, 3);
});

Deno.test("a log begins with its first segment, even if `horizonSeq` is lower", async () => {
  const overview = { chapters: [], startTime: 1, endTime: 2, completed: false };
  await using it = await logServer({
    script: {
      "rrext_log chapters": () => ({
        ...overview,
        // The begin of the last part that was deleted.
        horizonSeq: 3,
        segments: [{ id: 2, seq: 6, startTime: 1, endTime: 2 }],
      }),
    },
  });
  record(it, 10);
  it.expire(6);
  assertEquals(await read(it, { from: { seq: 2 } }), ["gap 4", 6, 7, 8, 9, 10]);
  assertEquals(await read(it, { from: { seq: 6 } }), [6, 7, 8, 9, 10]);
});

Deno.test("a live log ends where it is to end", async () => {
  await using it = await logServer();
  record(it, 2);
  const reading = read(it, { to: { seq: 4 }, live: true });
  await it.server.received("rrext_log read");
  record(it, 4);
  assertEquals(await reading, [1, 2, 3, 4]);
  // What is over already is not waited for.
  assertEquals(await read(it, { to: { seq: 2 }, live: true }), [1, 2]);
  assertEquals(await read(it, { to: { time: 1_000.1 }, live: true }), [1]);
});

Deno.test("a live log closes with its session", async () => {
  await using it = await logServer();
  record(it, 2);
  const reader = readLog(it.session, { ...ADDRESS, live: true }).getReader();
  await take(reader, 2);
  const reading = reader.read();
  await close(it.session);
  assertEquals((await reading).done, true);
});

Deno.test("however a log ends, no listener is left behind", async () => {
  await using it = await logServer();
  record(it, 3);
  const core = coreOf(it.session);
  await read(it, { live: true, to: { seq: 2 } });
  const before = core.listeners.size;
  const { signal } = new AbortController();
  const attached = listenersOf(signal);
  await read(it, { signal });
  const stream = readLog(it.session, { ...ADDRESS, live: true, signal });
  const reader = stream.getReader();
  await take(reader, 2);
  assert(attached.size > 0);
  await reader.cancel();
  assertEquals([attached.size, core.listeners.size], [0, before]);
  const controller = new AbortController();
  const reading = read(it, { live: true, signal: controller.signal });
  await it.server.received("rrext_log read", 3);
  controller.abort("enough");
  assertEquals(await reading.catch((reason) => reason), "enough");
  assertEquals(core.listeners.size, before);
});

Deno.test("what is no part of a log is found before any traffic", async () => {
  await using it = await logServer();
  const wrong: readonly (readonly [object, typeof TypeError])[] = [
    [{ projectId: "" }, TypeError],
    [{ source: "*" }, TypeError],
    [{ source: undefined }, TypeError],
    [{ from: "now" }, TypeError],
    [{ from: "yesterday" }, RangeError],
    [{ from: { seq: -1 } }, RangeError],
    [{ from: { time: NaN } }, RangeError],
    [{ to: { time: new Date("x") } }, RangeError],
    [{ to: {} }, RangeError],
    [{ types: ["sumary"] }, RangeError],
    [{ types: "summary" }, TypeError],
    [{ batchSize: 2_001 }, RangeError],
    [{ runKind: "x" }, RangeError],
  ];
  for (const [options, kind] of wrong) {
    assertThrows(
      () => readLog(it.session, { ...ADDRESS, ...options } as ReadLogOptions),
      kind,
    );
  }
  assertEquals(it.server.requests.length, 1);
});

Deno.test("a server without a log says so, and answers that are none are refused", async () => {
  await using old = await pipeServer();
  const error = await assertRejects(
    () => Array.fromAsync(readLog(old.session, ADDRESS)),
    RocketRideException,
  );
  assertEquals(error.code, "unknown-command");
  const odd = [{}, { events: 1 }, { events: [], nextSeq: "x" }];
  for (const body of odd) {
    await using it = await pipeServer({ rrext_log: () => body });
    await assertRejects(
      () => Array.fromAsync(readLog(it.session, ADDRESS)),
      ProtocolException,
    );
  }
  // The same page, whether it has events or not.
  for (const events of [[], [{ event: "output", body: { logSeq: 1 } }]]) {
    await using still = await pipeServer({
      rrext_log: () => ({ events, nextSeq: 4 }),
    });
    await assertRejects(
      () => Array.fromAsync(readLog(still.session, ADDRESS)),
      ProtocolException,
      "a log that goes on",
    );
    assertEquals(still.requests.length, 2);
  }
});

Deno.test("stamps of old recordings are moved into the body", async () => {
  const event = {
    event: "output",
    seq: 9,
    eventTime: 5.5,
    body: { output: "x" },
  };
  await using it = await pipeServer({
    rrext_log: () => ({ events: [event, 7] }),
  });
  const [first, ...rest] = await Array.fromAsync(readLog(it.session, ADDRESS));
  assertEquals(first as unknown, {
    type: "event",
    event: "output",
    seq: 9,
    eventTime: 5.5,
    body: { output: "x", eventTime: 5.5, logSeq: 9 },
  });
  assertEquals(rest, []);
});

Deno.test("a log names the scope that is meant", async () => {
  await using it = await pipeServer({ rrext_log: () => ({ events: [] }) });
  for (const scope of [{ teamId: "t" }, { runKind: "deploy" as const }, {}]) {
    await Array.fromAsync(readLog(it.session, { ...ADDRESS, ...scope }));
    const { subcommand: _, maxEvents: __, ...args } = it.requests.at(-1)
      ?.arguments ?? {};
    assertEquals(args, { ...ADDRESS, ...scope });
  }
});

Deno.test("chapters, logs of a source and deletion are one request each", async () => {
  const chapters = {
    chapters: [{ beginTime: 1, beginSeq: 1, endTime: null }],
    segments: [],
    startTime: 1,
    endTime: 2,
    horizonSeq: 1,
    completed: false,
  };
  const stream = { ...chapters, teamId: "", ownerKind: "user" };
  await using it = await pipeServer({
    "rrext_log chapters": () => chapters,
    "rrext_log streams": () => ({ streams: [stream] }),
    "rrext_log delete": () => ({ deletedSegments: 3 }),
  });
  const { session } = it;
  assertEquals(await getLogChapters(session, ADDRESS) as unknown, chapters);
  const team = { ...ADDRESS, teamId: "t" };
  assertEquals(await listLogStreams(session, team) as unknown, [stream]);
  assertEquals(await deleteLogEvents(session, { ...team, all: true }), 3);
  const before = new Date(9_000);
  assertEquals(await deleteLogEvents(session, { ...ADDRESS, before }), 3);
  assertEquals(it.requests.map(({ arguments: args }) => args), [
    { subcommand: "chapters", ...ADDRESS },
    { subcommand: "streams", ...ADDRESS },
    { subcommand: "delete", ...team, all: true },
    { subcommand: "delete", ...ADDRESS, beforeTime: 9 },
  ]);
  for (const what of [{}, { all: false }, { all: true, before: 1 }]) {
    await assertRejects(
      () => deleteLogEvents(session, { ...ADDRESS, ...what }),
      TypeError,
    );
  }
  await using odd = await pipeServer({ rrext_log: () => ({ chapters: 1 }) });
  await assertRejects(
    () => getLogChapters(odd.session, ADDRESS),
    ProtocolException,
  );
  await assertRejects(
    () => listLogStreams(odd.session, ADDRESS),
    ProtocolException,
  );
});

Deno.test("watchTask() can begin in the past of its task, and leaves other runs out", async () => {
  const token = "tk_11111111aaaa";
  let state = 3;
  await using it = await pipeServer({
    rrext_monitor: () => {},
    rrext_get_task_status: () => ({ ...statusOf(token, state), totalCount: 9 }),
    "rrext_log read": () => ({
      events: [
        { ...statusOf("tk_22222222bbbb"), project_id: "p1", totalCount: 1 },
        { ...statusOf(token), totalCount: 2 },
        { ...statusOf(token), totalCount: 3 },
      ].map((body, at) => ({
        type: "event",
        event: "apaevt_status_update",
        seq: at,
        body: { ...body, logSeq: at + 1 },
      })),
    }),
    "rrext_log chapters": () => ({
      chapters: [],
      segments: [],
      horizonSeq: 1,
      completed: false,
    }),
  });
  const counts: number[] = [];
  for await (
    const status of watchTask(it.session, token, { from: { seq: 1 } })
  ) {
    counts.push(status.totalCount);
    if (status.totalCount < 9) continue;
    if (state === 3) {
      it.line.event(
        "apaevt_status_update",
        statusOf(token, state = 5),
      );
    }
  }
  assertEquals(counts, [2, 3, 9, 9]);
  const read = it.requests.find((one) => one.arguments?.subcommand === "read");
  assertEquals(read?.arguments, {
    subcommand: "read",
    projectId: "p1",
    source: "chat_1",
    fromSeq: 1,
    maxEvents: 1_000,
    types: ["apaevt_status_update"],
  });
});
