import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EventLogs } from "../../lib/engine/monitor/event_logs.ts";
import { keyframeAfter } from "../../lib/engine/monitor/log_keyframe.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { dataPort, type EngineRig, withEngine } from "../support/engine_rig.ts";
import type { Body, RawClient } from "../support/raw_client.ts";
import { chain, testNode } from "../support/test_nodes.ts";

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};
const LOG = { projectId: "p", source: "a" };
const ADDRESS = {
  projectId: "p",
  source: "s",
  runKind: "dev",
  teamId: "",
} as const;
/** All that a log holds. */
const ALL = {
  fromSeq: undefined,
  toSeq: Infinity,
  fromTime: undefined,
  toTime: Infinity,
  toSegment: Infinity,
  maxEvents: 1_000,
  maxBytes: Infinity,
  wants: () => true,
};

const ask = (
  { client }: Pick<EngineRig, "client">,
  subcommand: string,
  args: object = {},
): Promise<Body> => client.ok("rrext_log", { subcommand, ...LOG, ...args });

const seqs = (events: readonly Body[]): number[] =>
  events.map(({ body }) => body.logSeq);

/** Run a task with an object, and stop it. */
async function run(
  { client, start }: EngineRig,
  level = "full",
): Promise<string> {
  const { token } = await start(PIPELINE, { pipelineTraceLevel: level });
  await dataPort(client, token).send("text/plain", "hello");
  await client.ok("terminate", { token });
  return token;
}

/** The events that are in the log alone. */
const LIFECYCLE = "apaevt_log_lifecycle";
const STATUS = "apaevt_status_update";

Deno.test("every event is stamped, kept, and sent in the order of its number", async () => {
  await withEngine([], async (rig) => {
    const { client } = rig;
    await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
    await run(rig);
    const { events, ...more } = await ask(rig, "read");
    assertEquals(more, {});
    const live = client.received.filter((it) =>
      it.type === "event" && it.body.logSeq !== undefined
    ) as Body[];
    // Of the status the first and the last one are kept; the run was short.
    const thinned = live.filter(({ event }) => event === STATUS).slice(1, -1);
    assert(thinned.length > 0);
    assertEquals(
      events.filter(({ event }: Body) => event !== LIFECYCLE)
        .map(({ event, body }: Body) => [event, body]),
      live.filter((it) => !thinned.includes(it))
        .map(({ event, body }) => [event, body]),
    );
    // Each number is one event: kept, sent, or both.
    assertEquals(
      [...new Set([...seqs(events), ...seqs(live)])].sort((a, b) => a - b),
      Array.from({ length: seqs(events).at(-1)! }, (_, at) => at + 1),
    );
    for (const { event, body } of events) {
      if (event === LIFECYCLE) continue;
      const { project_id, source, runKind, teamId, userId } = body;
      assertEquals([project_id, source, runKind, teamId, userId], [
        "p",
        "a",
        "dev",
        "",
        "local",
      ]);
      assert(body.eventTime > 1_000_000_000);
    }
    const names = new Set(events.map(({ event }: Body) => event));
    for (const name of ["apaevt_task", "apaevt_flow", "apaevt_status_counts"]) {
      assert(names.has(name), name);
    }
    const last = events.filter((it: Body) => it.event === STATUS).at(-1);
    assertEquals([last.body.final, last.body.completed], [true, true]);
    assertEquals(events.at(-2).body.reason, "user");
  });
});

/** What the log says about its runs, without when. */
function lifecycle(events: readonly Body[]): Body[] {
  return events.filter(({ event }) => event === LIFECYCLE).map(({ body }) => {
    const { eventTime, logSeq, ...rest } = body;
    assert(typeof eventTime === "number" && logSeq > 0);
    return rest;
  });
}

const STAMPS = { project_id: "p", source: "a", runKind: "dev", teamId: "" };

Deno.test("the log says how a run began, went on and ended, in it alone", async () => {
  await withEngine([], async (rig) => {
    const { client } = rig;
    await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
    const { token } = await rig.start(PIPELINE, { pipelineTraceLevel: "full" });
    await client.ok("restart", { token, pipeline: PIPELINE });
    await client.ok("terminate", { token });
    const { events } = await ask(rig, "read");
    const [begin, restart, end, ...more] = lifecycle(events);
    assertEquals(more, []);
    assert(/^[0-9a-f]{16}$/.test(begin?.pipelineHash));
    assertEquals(begin, {
      ...STAMPS,
      action: "run-begin",
      schemaVer: 2,
      projectId: "p",
      trigger: "manual",
      user: "local",
      traceLevel: "full",
      pipelineHash: begin?.pipelineHash,
    });
    assertEquals(restart, { ...STAMPS, action: "restart" });
    assertEquals(end, {
      ...STAMPS,
      action: "run-end",
      outcome: "cancelled",
      detail: "",
      reason: "user",
    });
    // First and last of the run, which is one chapter.
    const { chapters, segments } = await ask(rig, "chapters");
    assertEquals(chapters, [{
      beginSeq: 1,
      beginTime: events[0].body.eventTime,
      endTime: events.at(-1).body.eventTime,
      outcome: "cancelled",
      reason: "user",
      traceLevel: "full",
    }]);
    assertEquals(
      [events[0].event, events.at(-1).event],
      [LIFECYCLE, LIFECYCLE],
    );
    const begun = client.events("apaevt_task").find(({ action }) =>
      action === "begin"
    );
    assertEquals([begun?.beginSeq, segments[0].chapterStart], [1, true]);
    assertEquals(client.events(LIFECYCLE), []);
    assert(!JSON.stringify(lifecycle(events)).includes("tk_"));
  });
});

Deno.test("the log says what a run failed with, and has the digest of its pipeline", async () => {
  const broken = testNode({
    provider: "broken",
    start: () => {
      throw new Error("No disk");
    },
  });
  await withEngine([broken], async (rig) => {
    await run(rig);
    const { components, ...rest } = PIPELINE;
    // The same pipeline, its members in another order.
    const { token } = await rig.start({ components, ...rest });
    await rig.client.ok("terminate", { token });
    const pipeline = {
      ...chain("text", "a=entry", "b=broken"),
      project_id: "p",
    };
    await rig.client.fails("execute", { pipeline });
    const found = lifecycle((await ask(rig, "read")).events);
    const hashes = found.filter(({ action }) => action === "run-begin")
      .map(({ pipelineHash }) => pipelineHash);
    assertEquals(hashes.map((it) => it === hashes[0]), [true, true, false]);
    const { outcome, detail, reason } = found.at(-1)!;
    assertEquals([outcome, detail, reason], ["error", "No disk", undefined]);
  });
});

Deno.test("a run that lasted for its whole ttl has succeeded", async () => {
  const clock = fakeClock();
  await withEngine([], async (rig) => {
    const { token } = await rig.start(PIPELINE, { ttl: 60 });
    await clock.advance(61_000);
    while (!(await ask(rig, "chapters")).completed) await clock.advance(1_000);
    const { chapters: [{ outcome, reason }] } = await ask(rig, "chapters");
    assertEquals([outcome, reason], ["ok", "ttl"]);
    assert(token.startsWith("tk_"));
  }, { clock });
});

Deno.test("of the status one event in 5 s is kept, and the last one of a run", () => {
  let now = 1_700_000_000;
  const log = new EventLogs(Infinity, () => now).open(ADDRESS);
  const run = { traceLevel: "none", trigger: "manual", user: "u" } as const;
  log.begin("t", { ...run, pipelineHash: "" });
  for (let second = 0; second < 12; second++, now++) {
    log.record("t", STATUS, { second }, (it) => it);
  }
  log.record("t", STATUS, { second: 12, final: true }, (it) => it);
  log.end("t", { outcome: "ok", detail: "" });
  const { events } = log.read(ALL);
  const kept = events.map((it) => Object(it.body)).filter((it) =>
    it.second !== undefined
  );
  assertEquals(kept.map(({ second }) => second), [0, 5, 10, 12]);
  // They have their numbers all the same.
  assertEquals(kept.map(({ logSeq }) => logSeq), [2, 7, 12, 14]);
});

Deno.test("a run is a chapter, and numbers go on over runs", async () => {
  await withEngine([], async (rig) => {
    assertEquals(await ask(rig, "chapters"), {
      chapters: [],
      segments: [],
      startTime: null,
      endTime: null,
      horizonSeq: 0,
      completed: true,
    });
    assertEquals(await ask(rig, "read"), { events: [] });
    await run(rig);
    await run(rig, "none");
    const { token } = await rig.start(PIPELINE);
    const { chapters, segments, horizonSeq, completed } = await ask(
      rig,
      "chapters",
    );
    assertEquals([horizonSeq, completed], [1, false]);
    assertEquals(
      chapters.map(({ outcome, traceLevel }: Body) => [outcome, traceLevel]),
      [["cancelled", "full"], ["cancelled", "none"], [null, "none"]],
    );
    assertEquals(chapters[0].beginSeq, 1);
    assertEquals(chapters[2].endTime, null);
    // Each run begins a segment, whose first number is its chapter's.
    assertEquals(
      segments.map(({ seq, chapterStart }: Body) => [seq, chapterStart]),
      chapters.map(({ beginSeq }: Body) => [beginSeq, true]),
    );
    await rig.client.ok("terminate", { token });
    assert((await ask(rig, "chapters")).completed);
  });
});

Deno.test("a log is read by number, time, kind and size, page by page", async () => {
  await withEngine([], async (rig) => {
    await run(rig);
    const { events } = await ask(rig, "read");
    const pages: Body[] = [];
    let cursor: number | undefined;
    do {
      const page = await ask(rig, "read", { maxEvents: 4, cursor });
      pages.push(...page.events);
      assertEquals(page.truncatedAtSeq, undefined);
      cursor = page.nextSeq;
    } while (cursor !== undefined);
    assertEquals(pages, events);
    const [, second, , fourth] = seqs(events);
    const part = await ask(rig, "read", { fromSeq: second, toSeq: fourth });
    assertEquals(part.events, events.slice(1, 4));
    const types = ["apaevt_flow"];
    const flow = await ask(rig, "read", { types });
    assertEquals(
      flow.events,
      events.filter((it: Body) => it.event === types[0]),
    );
    const small = await ask(rig, "read", { maxBytes: 1 });
    assertEquals([small.events.length, small.nextSeq], [1, second]);
    const { eventTime } = events.at(-1).body;
    assertEquals(
      (await ask(rig, "read", { fromTime: eventTime })).events.at(-1),
      events.at(-1),
    );
    assertEquals(await ask(rig, "read", { fromTime: eventTime + 1 }), {
      events: [],
    });
    assertEquals(await ask(rig, "read", { toTime: 1 }), { events: [] });
  });
});

Deno.test("a segment is a keyframe and whole lines, by their bytes", async () => {
  await withEngine([], async (rig) => {
    await run(rig);
    const bytesOf = (text: string): number =>
      new TextEncoder().encode(text).length;
    const all = await ask(rig, "segment", { segment: 1, offset: 0 });
    assertEquals([all.final, all.nextOffset], [true, null]);
    assertEquals(all.size, bytesOf(all.data));
    const [keyframe, ...lines] = all.data.trimEnd().split("\n")
      .map((line: string) => JSON.parse(line));
    assertEquals([keyframe.type, keyframe.ver, keyframe.chapter.beginSeq], [
      "keyframe",
      2,
      1,
    ]);
    assertEquals(lines, (await ask(rig, "read")).events);
    let read = "";
    let offset: number | null = 0;
    while (offset !== null) {
      const args = { segment: 1, offset, maxBytes: 1_000 };
      const chunk: Body = await ask(rig, "segment", args);
      const isLine = chunk.data.trimEnd().split("\n").length === 1;
      assert(bytesOf(chunk.data) <= 1_000 || isLine);
      assertEquals(chunk.size, all.size);
      assertEquals(chunk.final, chunk.nextOffset === null);
      read += chunk.data;
      offset = chunk.nextOffset;
    }
    assertEquals(read, all.data);
    assertEquals(await ask(rig, "segment", { segment: 9 }), {
      segment: 9,
      offset: 0,
      data: "",
      size: 0,
      nextOffset: null,
      final: true,
    });
  });
});

Deno.test("a log is deleted whole, or up to a time, and its numbers go on", async () => {
  await withEngine([], async (rig) => {
    await run(rig);
    const { endTime } = await ask(rig, "chapters");
    assertEquals(await ask(rig, "delete", { beforeTime: endTime - 60 }), {
      deletedSegments: 0,
    });
    const { events } = await ask(rig, "read");
    assertEquals(await ask(rig, "delete", { all: true }), {
      deletedSegments: 1,
    });
    assertEquals(await ask(rig, "read"), { events: [] });
    assertEquals((await ask(rig, "streams")).streams, []);
    await run(rig);
    const { horizonSeq } = await ask(rig, "chapters");
    assertEquals(horizonSeq, seqs(events).at(-1)! + 1);
  });
});

Deno.test("what a log cannot answer is refused in words", async () => {
  await withEngine([], async ({ client }) => {
    const fails = (args: object): Promise<string> =>
      client.fails("rrext_log", args);
    assertEquals(await fails({}), "Subcommand is required");
    assertEquals(await fails({ subcommand: "x" }), "Unknown subcommand: x");
    const read = { subcommand: "read", ...LOG };
    assertEquals(await fails({ ...read, source: "" }), "source is required");
    assertEquals(
      await fails({ ...read, projectId: 1 }),
      "projectId is required",
    );
    assertEquals(
      await fails({ ...LOG, subcommand: "segment" }),
      "segment is required",
    );
    assertEquals(
      await fails({ ...LOG, subcommand: "delete" }),
      "Either beforeTime or all is required",
    );
    assertEquals(
      await fails({ ...read, teamId: "other" }),
      "Access denied: no permissions for this team",
    );
    assertStringIncludes(
      await fails({ ...read, runKind: "x" }),
      "invalid runKind",
    );
  });
});

Deno.test("a task's key reads its task alone, and messages need task.data", async () => {
  const auth = [
    "key",
    { key: "watch", permissions: ["task.monitor" as const] },
  ];
  await withEngine([], async (rig) => {
    const token = await run(rig);
    const { token: next } = await rig.start(PIPELINE);
    assert(token !== next);
    const read = async (client: RawClient): Promise<Body[]> =>
      (await client.ok("rrext_log", { subcommand: "read", ...LOG })).events;
    const all = await read(rig.client);
    const { chapters } = await ask(rig, "chapters");
    const own = await read(await rig.connect(next));
    assertEquals(
      own,
      all.filter(({ body }) => body.logSeq >= chapters[1].beginSeq),
    );
    assert(own.length > 0 && own.length < all.length);
    const watcher = await rig.connect("watch");
    assertEquals((await read(watcher)).length, all.length);
    assertStringIncludes(
      await watcher.fails("rrext_log", {
        ...LOG,
        subcommand: "segment",
        segment: 1,
      }),
      "Permission 'task.data' denied",
    );
  }, { auth, tokens: "random" });
});

Deno.test("logs are bounded: the oldest parts go first, over all sources", () => {
  const logs = new EventLogs(1_000_000);
  const output = "x".repeat(400);
  for (let at = 0; at < 20_000; at++) {
    const log = logs.open({ ...ADDRESS, source: `s${at % 50}` });
    log.record("t", "output", { output }, (body) => body);
    assert(logs.bytes <= 1_000_000);
  }
  const one = new EventLogs(1_000_000);
  for (let at = 0; at < 20_000; at++) {
    one.open(ADDRESS).record("t", "output", { output }, (body) => body);
  }
  const { horizonSeq, segments } = one.find(ADDRESS)!.overview();
  assert(segments.length > 1 && one.bytes <= 1_000_000);
  assert(horizonSeq > 1_000);
  // Who asks for more is told where it begins.
  const log = one.find(ADDRESS)!;
  const cutAt = (from: object): number | undefined =>
    log.read({ ...ALL, ...from }).truncatedAtSeq;
  assertEquals(cutAt({ fromSeq: 1 }), horizonSeq);
  assertEquals(cutAt({ fromTime: 0, toSeq: horizonSeq }), horizonSeq);
  assertEquals(cutAt({ fromSeq: horizonSeq }), undefined);
  assertEquals(cutAt({}), undefined);
  // Its numbers go on, though nothing of it was kept.
  one.find(ADDRESS)!.deleteBefore(Infinity);
  assertEquals(one.find(ADDRESS), undefined);
  one.open(ADDRESS).record("t", "output", {}, (body) => body);
  assertEquals(one.find(ADDRESS)!.lastSeq, 20_001);
});

Deno.test("what is too large for the log is shortened, and says so", () => {
  const log = new EventLogs(Infinity).open(ADDRESS);
  const large = "x".repeat(70_000);
  const kept = (event: string, body: Body): Body => {
    // Who watches gets all of it.
    const sent = log.record("t", event, body, (it) => it);
    assertEquals({ ...sent, ...body }, sent);
    const { events } = log.read({ ...ALL, fromSeq: log.lastSeq });
    assert(JSON.stringify(events[0]).length < 65_536);
    return events[0]!;
  };
  const printed = kept("output", { output: large, category: "console" });
  assertEquals(printed.__truncated, true);
  assertEquals(printed.body.output, `${"x".repeat(1_024)}…[truncated]`);
  assertEquals([printed.body.category, printed.body.logSeq], ["console", 1]);

  const { body: { op, component, trace } } = kept("apaevt_flow", {
    op: "leave",
    component: "b",
    trace: { lane: "text", result: "continue", data: { text: large } },
  });
  const { __originalBytes, ...mark } = trace.data;
  assertEquals([op, component, trace.lane, trace.result, mark], [
    "leave",
    "b",
    "text",
    "continue",
    { __truncated: true },
  ]);
  assert(__originalBytes > 70_000);

  const status = { state: 3, notes: [large], pipeflow: { totalPipes: 1 } };
  const { body } = kept(STATUS, status);
  assertEquals([body.state, body.notes.__truncated, body.pipeflow], [
    3,
    true,
    { __truncated: true },
  ]);
  const many = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, at) => [`lane${at}`, "x".repeat(20)]),
  );
  const { body: end } = kept("apaevt_flow", { op: "end", trace: many });
  assertEquals([end.op, end.trace.__truncated], ["end", true]);
});

Deno.test("a keyframe tells what was going on", () => {
  const line = (event: string, logSeq: number, body: object): string =>
    JSON.stringify({ event, body: { logSeq, eventTime: logSeq, ...body } });
  const first = keyframeAfter([], undefined, 0);
  const flow = (seq: number, op: string, id: number, component: string) =>
    line("apaevt_flow", seq, { op, id, component });
  const { status, openFrames, closedRecent, console, byPipe } = keyframeAfter(
    [
      JSON.stringify(first),
      line("apaevt_status_update", 1, { state: 3 }),
      flow(2, "begin", 0, "one"),
      flow(3, "enter", 0, "b"),
      flow(4, "leave", 0, "b"),
      flow(5, "end", 0, "one"),
      flow(6, "begin", 1, "two"),
      flow(7, "enter", 1, "b"),
      flow(8, "enter", 1, "c"),
      line("output", 9, { output: "x\n\ny\n" }),
    ],
    undefined,
    4,
  );
  assertEquals(status?.state, 3);
  assertEquals(byPipe, { 1: ["b", "c"] });
  assertEquals(
    openFrames?.map(({ component, doc, enterSeq, touched }) => [
      component,
      doc,
      enterSeq,
      touched,
    ]),
    [["b", "two", 7, [4]], ["c", "two", 8, [4]]],
  );
  assertEquals(
    closedRecent?.map(({ doc, beginSeq, elapsed, calls, touched }) => [
      doc,
      beginSeq,
      elapsed,
      calls,
      touched,
    ]),
    [["one", 2, 3, 1, [4]]],
  );
  assertEquals(console, { lines: ["x", "y"], truncated: false });
});

Deno.test("a keyframe names the segments that an object was in", () => {
  const flow = (op: string, component: string): string =>
    JSON.stringify({ event: "apaevt_flow", body: { op, id: 1, component } });
  const one = keyframeAfter(
    [flow("begin", "doc"), flow("enter", "b")],
    undefined,
    1,
  );
  const two = keyframeAfter([JSON.stringify(one)], undefined, 2);
  assertEquals(two.openFrames?.map(({ touched }) => touched), [[1, 2]]);
  const lines = [JSON.stringify(two), flow("leave", "b"), flow("end", "doc")];
  const three = keyframeAfter(lines, undefined, 3);
  assertEquals(three.openFrames, []);
  assertEquals(three.closedRecent?.map(({ touched }) => touched), [[1, 2, 3]]);
});

Deno.test("a keyframe tells that there were more lines, also in the segments after", () => {
  const output = Array.from({ length: 201 }, (_, at) => `${at}`).join("\n");
  const first = keyframeAfter(
    [JSON.stringify({ event: "output", body: { output } })],
    undefined,
    1,
  );
  const next = keyframeAfter([JSON.stringify(first)], undefined, 2);
  for (const { console } of [first, next]) {
    assertEquals([console?.lines?.length, console?.truncated], [200, true]);
  }
});
