import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { ExecutionException, PipeException } from "../../lib/errors.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import { gate, payloadOf, pipeServer, RESULT } from "../support/pipe_server.ts";
import { stateOf } from "../support/state_of.ts";

const MIN_FRAME_BYTES = 4 * 1024;
const KIB = 1024;

Deno.test("a pipe is opened, written to and closed, and its result is the engine's", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  assert(target.isOpened);
  const writer = target.getWriter();
  await writer.write("abc");
  await writer.close();
  assertEquals(server.log(), ["open", "write:abc", "close"]);
  assertEquals(await target.result, RESULT);
  assert(!target.isOpened);
});

Deno.test("one write is in flight, always, and the close waits for it", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  for (let i = 0; i < 5; i++) writer.write("x".repeat(MIN_FRAME_BYTES));
  const closed = writer.close();
  await drainMicrotasks();
  while (writes.waiting > 0) {
    assertEquals(writes.waiting, 1);
    assert(!server.log().includes("close"));
    await writes.answer();
  }
  await closed;
  assertEquals(server.mostInFlight, 1);
  assertEquals(server.log().at(-1), "close");
});

Deno.test("chunks gather while a write is in flight", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  await writer.write("a");
  for (const chunk of ["b", "c", "d"]) await writer.write(chunk);
  assertEquals(server.log(), ["open", "write:a"]);
  await writes.answer();
  assertEquals(server.log(), ["open", "write:a", "write:bcd"]);
  const closed = writer.close();
  await writes.answer();
  await closed;
});

Deno.test("no frame carries more than frameBytes, and a large chunk is cut", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  });
  const whole = crypto.getRandomValues(new Uint8Array(50_000));
  const writer = target.getWriter();
  await writer.write(whole.subarray(0, 45_000));
  await writer.write(whole.subarray(45_000));
  await writer.close();
  const sent = server.requests.map(payloadOf);
  assert(sent.every((part) => part.length <= MIN_FRAME_BYTES));
  assertEquals(await new Blob(sent.map((part) => part.slice())).bytes(), whole);
});

Deno.test("the next frame is filled while the one before it is in flight", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  })).getWriter();
  const written = writer.write(new Uint8Array(2 * MIN_FRAME_BYTES));
  assertEquals(await stateOf(written), "fulfilled");
  assertEquals(server.log().length, 2);
  await writes.answer();
  assertEquals(server.log().length, 3);
  const closed = writer.close();
  await writes.answer();
  await closed;
});

Deno.test("a chunk may be reused as soon as its write has settled", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const writer = (await pipe(server.session, "tk_1")).getWriter();
  const chunk = new Uint8Array([1, 2, 3]);
  await writer.write(chunk);
  chunk.fill(9);
  await writer.write(chunk);
  chunk.fill(0);
  await writes.answer();
  const closed = writer.close();
  await writes.answer();
  await closed;
  assertEquals(server.requests.slice(1, 3).map((it) => [...payloadOf(it)]), [
    [1, 2, 3],
    [9, 9, 9],
  ]);
});

Deno.test("a success without a result is a failed close", async () => {
  for (const body of [undefined, {}, { text: [] }]) {
    await using server = await pipeServer({ close: () => body });
    const target = await pipe(server.session, "tk_1");
    const error = await assertRejects(
      () => target.close(),
      PipeException,
      "Engine could not close the pipe",
    );
    assertEquals(error.phase, "close");
    assertStrictEquals(
      await assertRejects(() => target.result),
      error,
    );
    assertEquals(server.log(), ["open", "close"]);
  }
});

Deno.test("a write that fails while others wait fails them all with the same error", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1", {
    frameBytes: MIN_FRAME_BYTES,
  });
  const writer = target.getWriter();
  const pending = [1, 2, 3].map(() => writer.write(new Uint8Array(5 * KIB)));
  const outcomes = Promise.allSettled([...pending.slice(1), writer.close()]);
  await server.received("write");
  await writes.refuse("Node exploded");
  const reasons = (await outcomes).map((it) =>
    it.status === "rejected" ? it.reason : it.status
  );
  assert(reasons.every((it) => it === reasons[0]));
  assertStrictEquals(await assertRejects(() => target.result), reasons[0]);
});

Deno.test("a pipe that was closed takes nothing more", async () => {
  await using server = await pipeServer();
  const target = await pipe(server.session, "tk_1");
  const writer = target.getWriter();
  await writer.close();
  await assertRejects(() => writer.write("a"), TypeError);
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("a result with an error rejects, with everything that was produced", async () => {
  const result = { ...RESULT, error: { message: "Bad page" } };
  await using server = await pipeServer({ close: () => result });
  const target = await pipe(server.session, "tk_1");
  const error = await assertRejects(
    () => target.close(),
    ExecutionException,
    "Bad page",
  );
  assertEquals(error.code, "pipeline-failed");
  assertEquals(error.result, result);
  assertStrictEquals(await assertRejects(() => target.result), error);
  assertEquals(server.log(), ["open", "close"]);
});

Deno.test("a result with an error is returned to whoever asks for that", async () => {
  const result = { ...RESULT, error: "Bad page" };
  await using server = await pipeServer({ close: () => result });
  const target = await pipe(server.session, "tk_1", {
    onPipelineError: "return",
  });
  await target.close();
  assertEquals(await target.result, result);
});

Deno.test("records are sent one by one, each when the one before was consumed", async () => {
  const writes = gate();
  await using server = await pipeServer({ write: writes.handler });
  const target = await pipe(server.session, "tk_1", {
    mimeType: "application/rocketride-question",
  });
  const writer = target.getWriter();
  const written = writer.write("{}");
  const second = writer.write("[]");
  await server.received("write");
  assertEquals(await stateOf(written), "pending");
  await writes.answer();
  await written;
  assertEquals(server.log(), ["open", "write:{}", "write:[]"]);
  await writes.answer();
  await second;
  await writer.close();
});
