import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ProtocolException } from "../../lib/errors.ts";
import { readLogSegment } from "../../lib/events/log_segment.ts";
import { ADDRESS } from "../support/log_server.ts";
import { type PipeServer, pipeServer } from "../support/pipe_server.ts";

type Json = Readonly<Record<string, unknown>>;

/** A server with one segment, which it gives in chunks of whole lines. */
function withSegment(
  chunks: readonly (readonly unknown[])[],
): Promise<PipeServer> {
  const texts = chunks.map((lines) =>
    lines.map((line) =>
      (typeof line === "string" ? line : JSON.stringify(line)) + "\n"
    ).join("")
  );
  const sizes = texts.map((text) => new TextEncoder().encode(text).length);
  return pipeServer({
    "rrext_log segment"({ arguments: args }): Json {
      let offset = 0;
      const at = texts.findIndex((_, index) => {
        if (offset === args?.offset) return true;
        offset += sizes[index]!;
        return false;
      });
      const isLast = at === texts.length - 1;
      const size = sizes[at] ?? 0;
      return {
        segment: args?.segment,
        offset: args?.offset,
        data: texts[at] ?? "",
        size,
        nextOffset: isLast ? null : offset + size,
        final: isLast,
      };
    },
  });
}

/** The bodies of a segment's lines. */
async function bodies(...lines: readonly unknown[]): Promise<unknown[]> {
  await using it = await withSegment([lines]);
  const items = await Array.fromAsync(
    readLogSegment(it.session, { ...ADDRESS, segment: 1 }),
  );
  return items.map((item) => item.type === "event" ? item.body : item);
}

function status(body: Json): Json {
  return { event: "apaevt_status_update", body };
}

function flow(op: string, component: string, data?: unknown, id = 0): Json {
  const trace = data === undefined ? {} : { trace: { lane: "text", data } };
  return {
    event: "apaevt_flow",
    body: { op, component, id, ...trace },
  };
}

Deno.test("a part of a log is read chunk by chunk, and its offsets are bytes", async () => {
  const keyframe = { type: "keyframe", ver: 2, status: { state: 3 } };
  const lines = ["Grüße", "𝒳", "end"].map((output) => ({
    event: "output",
    seq: 1,
    body: { output },
  }));
  await using it = await withSegment([[keyframe, lines[0]], [lines[1]], [
    lines[2],
  ]]);
  const stream = readLogSegment(it.session, {
    ...ADDRESS,
    segment: 7,
    teamId: "t",
  });
  const reader = stream.getReader();
  assertEquals((await reader.read()).value as unknown, keyframe);
  assertEquals(it.requests.length, 1);
  const seen = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    seen.push(value.type === "event" && value.body.output);
  }
  assertEquals(seen, ["Grüße", "𝒳", "end"]);
  const first = it.requests[0]?.arguments;
  assertEquals(first, {
    subcommand: "segment",
    ...ADDRESS,
    teamId: "t",
    segment: 7,
    offset: 0,
  });
  assertEquals(it.requests.length, 3);
});

Deno.test("a status that is a difference is one from the status before", async () => {
  const seen = await bodies(
    { type: "keyframe", status: { a: 1, deep: { x: 1, y: 2 } } },
    status({ __delta__: { a: 2, deep: { y: 3 }, logSeq: 5 } }),
    status({ __delta__: { deep: { __deleted__: ["x"] }, __deleted__: ["a"] } }),
    status({ whole: true, deep: { z: { q: 1 } } }),
    status({ __delta__: { deep: { z: { r: 2 } }, list: [1] } }),
    status({ __delta__: { list: [2], whole: { now: "a record" } } }),
  );
  assertEquals(seen.slice(1), [
    { a: 2, deep: { x: 1, y: 3 }, logSeq: 5 },
    { deep: { y: 3 }, logSeq: 5 },
    { whole: true, deep: { z: { q: 1 } } },
    { whole: true, deep: { z: { r: 2 } }, list: [1] },
    { whole: { now: "a record" }, deep: { z: { r: 2 } }, list: [2] },
  ]);
});

Deno.test("a status of a part without a keyframe is a difference from nothing", async () => {
  assertEquals(await bodies(status({ __delta__: { a: { b: 1 } } })), [{
    a: { b: 1 },
  }]);
});

Deno.test("what a component gives is a difference from what it got, per pipe and component", async () => {
  const got = { text: "a", meta: { n: 1, m: 2 } };
  const left = { __delta__: { text: "b", meta: { n: 3 } } };
  const seen = await bodies(
    { type: "keyframe", openFrames: [{ id: 0, component: "parse" }] },
    flow("enter", "llm", got),
    flow("enter", "llm", { text: "inner" }),
    flow("enter", "llm", { text: "other pipe" }, 1),
    flow("leave", "llm", { __delta__: { done: true } }),
    flow("leave", "parse"),
    flow("leave", "llm", left),
    flow("leave", "llm", { __delta__: { done: 1 } }, 1),
    flow("leave", "llm", { __delta__: { nothing: "open" } }),
    flow("begin", "doc"),
    flow("enter", "llm", { kept: 1 }),
    flow("end", "doc"),
    flow("leave", "llm", { __delta__: { forgotten: true } }),
  );
  const data = seen.map((body) =>
    (body as { trace?: { data?: unknown } }).trace?.data
  );
  assertEquals(data.slice(4), [
    { text: "inner", done: true },
    undefined,
    { text: "b", meta: { n: 3, m: 2 } },
    { text: "other pipe", done: 1 },
    { nothing: "open" },
    undefined,
    { kept: 1 },
    undefined,
    { forgotten: true },
  ]);
});

Deno.test("a part that is not there, and one that is being written, end", async () => {
  const empty = { data: "", size: 0, nextOffset: null, final: true };
  const written = {
    data: '{"event":"output","body":{}}\n',
    nextOffset: 29,
    final: false,
  };
  const answers = [empty, written, { data: "", size: 0, nextOffset: null }];
  await using it = await pipeServer({ rrext_log: () => answers.shift() });
  const options = { ...ADDRESS, segment: 1 };
  assertEquals(await Array.fromAsync(readLogSegment(it.session, options)), []);
  const seen = await Array.fromAsync(readLogSegment(it.session, options));
  assertEquals(seen.length, 1);
  assertEquals(it.requests.map((one) => one.arguments?.offset), [0, 0, 29]);
});

Deno.test("what is no part of a log is refused", async () => {
  for (const line of ["{", "[]", "7", '"text"']) {
    await using it = await withSegment([[line]]);
    const error = await assertRejects(
      () =>
        Array.fromAsync(readLogSegment(it.session, { ...ADDRESS, segment: 1 })),
      ProtocolException,
    );
    assertEquals(
      error.message,
      "Cannot read the answer: expected a line of a log",
    );
  }
  await using it = await pipeServer({ rrext_log: () => ({ data: 1 }) });
  await assertRejects(
    () =>
      Array.fromAsync(readLogSegment(it.session, { ...ADDRESS, segment: 1 })),
    ProtocolException,
  );
  for (const segment of [-1, 1.5, "1", undefined] as number[]) {
    assertThrows(
      () => readLogSegment(it.session, { ...ADDRESS, segment }),
      RangeError,
    );
  }
});
