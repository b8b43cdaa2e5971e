import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { getLogState, readTrace } from "../../lib/events/log_state.ts";
import { RocketRideException } from "../../lib/errors.ts";
import { ADDRESS, logServer, seqsOf } from "../support/log_server.ts";
import { type PipeServer, pipeServer } from "../support/pipe_server.ts";

type Json = Readonly<Record<string, unknown>>;

const KEYFRAME = {
  type: "keyframe",
  status: { state: 3, totalCount: 1 },
  console: { lines: ["before"], truncated: false },
  openFrames: [
    { id: 7, component: "in", doc: "early.txt", enterTime: 99, enterSeq: 9 },
    { id: 7, component: "llm", doc: "early.txt", enterTime: 99, enterSeq: 10 },
  ],
  closedRecent: [
    {
      id: 6,
      doc: "done.txt",
      beginSeq: 2,
      beginTime: 90,
      elapsed: 2,
      calls: 3,
    },
  ],
};

function event(seq: number, name: string, given: Json): Json {
  const stamps = { logSeq: seq, eventTime: 100 + seq };
  const delta = given.__delta__ as Json | undefined;
  // Those of a difference are in it.
  const body = delta
    ? { __delta__: { ...stamps, ...delta } }
    : { ...stamps, ...given };
  return { type: "event", event: name, seq, body };
}

const EVENTS = [
  event(11, "apaevt_flow", { op: "begin", id: 0, component: "a.txt" }),
  event(12, "output", { output: "one\n\ntwo\n" }),
  event(13, "apaevt_flow", { op: "enter", id: 0, component: "in" }),
  event(14, "apaevt_status_update", { __delta__: { totalCount: 2 } }),
  event(15, "apaevt_flow", { op: "end", id: 0 }),
  event(16, "apaevt_flow", { op: "end", id: 7 }),
  event(17, "output", { output: "three" }),
];

/** A server whose log has two parts, the second one as above. */
function withLog(): Promise<PipeServer> {
  return pipeServer({
    "rrext_log chapters": () => ({
      chapters: [],
      segments: [
        { id: 1, seq: 1, startTime: 90, endTime: 100 },
        { id: 2, seq: 11, startTime: 111, endTime: 117 },
      ],
      horizonSeq: 1,
      completed: true,
    }),
    "rrext_log segment": ({ arguments: args }) => ({
      data: (args?.segment === 2 ? [KEYFRAME, ...EVENTS] : [])
        .map((line) => JSON.stringify(line) + "\n").join(""),
      nextOffset: null,
      final: true,
    }),
  });
}

const EARLY = { id: 7, doc: "early.txt", calls: 2 };
const DONE = KEYFRAME.closedRecent[0]!;

Deno.test("the state at the end of a log is that of its last event", async () => {
  await using it = await withLog();
  const state = await getLogState(it.session, ADDRESS);
  assertEquals(state.seq, 17);
  assertEquals(state.status?.totalCount, 2);
  assertEquals(state.console, ["before", "one", "two", "three"]);
  assertEquals(state.open, []);
  assertEquals(state.closed as unknown, [
    DONE,
    { id: 0, beginSeq: 11, beginTime: 111, calls: 1, doc: "a.txt", elapsed: 4 },
    // When it began is not known.
    EARLY,
  ]);
  assertEquals(it.requests.map(({ arguments: args }) => args?.segment), [
    undefined,
    2,
  ]);
});

Deno.test("the state at a number or a moment is that of before", async () => {
  await using it = await withLog();
  for (
    const at of [{ seq: 13 }, { time: 113.5 }, { time: new Date(113_500) }]
  ) {
    const state = await getLogState(it.session, { ...ADDRESS, at });
    assertEquals(state.seq, 13);
    assertEquals(state.status as unknown, KEYFRAME.status);
    assertEquals(state.console, ["before", "one", "two"]);
    assertEquals(state.open as unknown, [
      EARLY,
      { id: 0, beginSeq: 11, beginTime: 111, calls: 1, doc: "a.txt" },
    ]);
    assertEquals(state.closed as unknown, [DONE]);
  }
});

Deno.test("before a log begins there is no state", async () => {
  await using it = await withLog();
  const state = await getLogState(it.session, { ...ADDRESS, at: { time: 5 } });
  assertEquals(state, {
    seq: 0,
    status: null,
    console: [],
    open: [],
    closed: [],
  });
  await assertRejects(
    () => getLogState(it.session, { ...ADDRESS, at: { seq: -1 } }),
    RangeError,
  );
});

Deno.test("a trace has what happened to one object, and ends with it", async () => {
  await using it = await logServer();
  it.emit("apaevt_flow", { op: "begin", id: 1, component: "other" });
  it.emit("apaevt_flow", { op: "begin", id: 0, component: "a.txt" });
  it.emit("apaevt_flow", { op: "enter", id: 1, component: "in" });
  it.emit("apaevt_flow", { op: "enter", id: 0, component: "in" });
  it.emit("apaevt_sse", { pipe_id: 0, type: "thinking" });
  it.emit("apaevt_sse", { pipe_id: 1, type: "thinking" });
  it.emit("output", { output: "x" });
  it.emit("apaevt_flow", { op: "end", id: 0, component: "a.txt" });
  it.emit("apaevt_flow", { op: "begin", id: 0, component: "b.txt" });
  const read = async (beginSeq: number): Promise<unknown[]> =>
    seqsOf(
      await Array.fromAsync(readTrace(it.session, { ...ADDRESS, beginSeq })),
    );
  assertEquals(await read(2), [2, 4, 5, 8]);
  // On its way.
  assertEquals(await read(1), [1, 3, 6]);
  for (const none of [3, 5, 7, 99]) {
    await assertRejects(() => read(none), RocketRideException, `event ${none}`);
  }
  it.expire(2);
  await assertRejects(() => read(1), RocketRideException, "event 1");
  assertThrows(
    () => readTrace(it.session, { ...ADDRESS, beginSeq: 1.5 }),
    RangeError,
  );
});
