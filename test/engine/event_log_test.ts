import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EventLogs } from "../../lib/engine/monitor/event_log.ts";
import { keyframeAfter } from "../../lib/engine/monitor/log_keyframe.ts";
import { dataPort, type EngineRig, withEngine } from "../support/engine_rig.ts";
import type { Body, RawClient } from "../support/raw_client.ts";
import { chain } from "../support/test_nodes.ts";

const PIPELINE = {
  ...chain("text", "a=entry", "b=response_all"),
  project_id: "p",
};
const LOG = { projectId: "p", source: "a" };

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

Deno.test("every event is stamped, kept, and sent in the order of its number", async () => {
  await withEngine([], async (rig) => {
    const { client } = rig;
    await client.ok("rrext_monitor", { token: "*", types: ["ALL"] });
    await run(rig);
    const { events, ...more } = await ask(rig, "read");
    assertEquals(more, {});
    assertEquals(seqs(events), events.map((_: Body, at: number) => at + 1));
    const live = client.received.filter((it) =>
      it.type === "event" && it.body.logSeq !== undefined
    ) as Body[];
    assertEquals(
      events.map(({ event, body }: Body) => [event, body]),
      live.map(({ event, body }) => [event, body]),
    );
    for (const { body } of events) {
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
    const last = events.filter((it: Body) =>
      it.event === "apaevt_status_update"
    )
      .at(-1);
    assertEquals([last.body.final, last.body.completed], [true, true]);
    assertEquals(events.at(-1).body.reason, "user");
  });
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
    const count = events.length;
    const pages: Body[] = [];
    let cursor: number | undefined;
    do {
      const page = await ask(rig, "read", { maxEvents: 4, cursor });
      pages.push(...page.events);
      assertEquals(page.nextSeq, page.truncatedAtSeq);
      cursor = page.nextSeq;
    } while (cursor !== undefined);
    assertEquals(pages, events);
    const part = await ask(rig, "read", { fromSeq: 3, toSeq: 5 });
    assertEquals(seqs(part.events), [3, 4, 5]);
    const types = ["apaevt_flow"];
    const flow = await ask(rig, "read", { types });
    assertEquals(
      flow.events,
      events.filter((it: Body) => it.event === types[0]),
    );
    const small = await ask(rig, "read", { maxBytes: 1 });
    assertEquals([small.events.length, small.nextSeq], [1, 2]);
    const { eventTime } = events.at(-1).body;
    assertEquals(
      seqs((await ask(rig, "read", { fromTime: eventTime })).events).at(-1),
      count,
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
    const all = await ask(rig, "segment", { segment: 1, offset: 0 });
    assertEquals([all.final, all.nextOffset], [true, null]);
    assertEquals(all.size, new TextEncoder().encode(all.data).length);
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
      assert(
        chunk.size <= 1_000 || chunk.data.trimEnd().split("\n").length === 1,
      );
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
    assertEquals(horizonSeq, events.length + 1);
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
    const own = await read(await rig.connect(next));
    assertEquals(
      own,
      all.filter(({ body }) => body.__id.startsWith(next.slice(3, 11))),
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

const ADDRESS = {
  projectId: "p",
  source: "s",
  runKind: "dev",
  teamId: "",
} as const;

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
  // Its numbers go on, though nothing of it was kept.
  one.find(ADDRESS)!.deleteBefore(Infinity);
  assertEquals(one.find(ADDRESS), undefined);
  one.open(ADDRESS).record("t", "output", {}, (body) => body);
  assertEquals(one.find(ADDRESS)!.lastSeq, 20_001);
});

Deno.test("what is too large for the log is there in name", () => {
  const log = new EventLogs(Infinity).open(ADDRESS);
  const body = { output: "x".repeat(70_000) };
  assertEquals(log.record("t", "output", body, (it) => it).output, body.output);
  const { events: [event] } = log.read({
    fromSeq: 0,
    toSeq: Infinity,
    fromTime: -Infinity,
    toTime: Infinity,
    toSegment: Infinity,
    maxEvents: 10,
    maxBytes: 10,
    wants: () => true,
  });
  const { __truncated, __originalBytes, output, logSeq } = Object(event?.body);
  assertEquals([__truncated, output, logSeq], [true, undefined, 1]);
  assert(__originalBytes > 70_000);
});

Deno.test("a keyframe tells what was going on", () => {
  const line = (event: string, logSeq: number, body: object): string =>
    JSON.stringify({ event, body: { logSeq, eventTime: logSeq, ...body } });
  const first = keyframeAfter([], undefined);
  const flow = (seq: number, op: string, id: number, component: string) =>
    line("apaevt_flow", seq, { op, id, component });
  const { status, openFrames, closedRecent, console, byPipe } = keyframeAfter([
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
  ], undefined);
  assertEquals(status?.state, 3);
  assertEquals(byPipe, { 1: ["b", "c"] });
  assertEquals(
    openFrames?.map((
      { component, doc, enterSeq },
    ) => [component, doc, enterSeq]),
    [["b", "two", 7], ["c", "two", 8]],
  );
  assertEquals(
    closedRecent?.map(({ doc, beginSeq, elapsed, calls }) => [
      doc,
      beginSeq,
      elapsed,
      calls,
    ]),
    [["one", 2, 3, 1]],
  );
  assertEquals(console, { lines: ["x", "y"], truncated: false });
});

Deno.test("a keyframe tells that there were more lines, also in the segments after", () => {
  const output = Array.from({ length: 201 }, (_, at) => `${at}`).join("\n");
  const first = keyframeAfter(
    [JSON.stringify({ event: "output", body: { output } })],
    undefined,
  );
  const next = keyframeAfter([JSON.stringify(first)], undefined);
  for (const { console } of [first, next]) {
    assertEquals([console?.lines?.length, console?.truncated], [200, true]);
  }
});
