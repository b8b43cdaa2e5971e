import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type DataPipe, pipe } from "../../lib/pipe/data_pipe.ts";
import type { PipeChunk, PipeOptions } from "../../lib/pipe/options.ts";
import {
  ConnectionException,
  ExecutionException,
  PipeException,
} from "../../lib/errors.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  gate,
  payloadOf,
  type PipeServer,
  pipeServer,
  RESULT,
} from "../support/pipe_server.ts";
import { type Script, silent } from "../support/scripted_server.ts";
import { hinted } from "../support/hinted.ts";

const FRAME_BYTES = 4 * 1024;

/** A server with these handlers, and a pipe into it. */
async function withPipe(
  script: Script,
  options: PipeOptions,
  body: (target: DataPipe, server: PipeServer) => Promise<void>,
): Promise<void> {
  await using server = await pipeServer(script);
  await body(await pipe(server.session, "tk_1", options), server);
}

function streamOf(...chunks: readonly PipeChunk[]): ReadableStream<PipeChunk> {
  return new ReadableStream({
    start(controller): void {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

/** A stream that gives nothing and notes why it was cancelled. */
function idleStream(): {
  readonly stream: ReadableStream<PipeChunk>;
  readonly cancelled: Promise<unknown>;
} {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  return {
    stream: new ReadableStream({ cancel: resolve }),
    cancelled: promise,
  };
}

Deno.test("a pipe is a WritableStream", async () => {
  await withPipe({}, {}, async (target) => {
    assertInstanceOf(target, WritableStream);
    assert(!target.locked);
    assertStrictEquals(target.result, target.result);
    await target.close();
  });
});

Deno.test("write: a fetch body is piped in and its result awaited", async () => {
  await withPipe({}, { mimeType: "text/csv" }, async (target, server) => {
    const { body } = await fetch("data:text/csv,id,name%0A1,Ada");
    await body!.pipeTo(target);
    assertEquals(await target.result, RESULT);
    assertEquals(server.log(), ["open", "write:id,name\n1,Ada", "close"]);
  });
});

Deno.test("write: gathered data settles when it was taken, not when it was consumed", async () => {
  await withPipe({ write: silent }, {}, async (target) => {
    const writer = target.getWriter();
    await writer.write("a");
    await writer.write("b");
  });
});

Deno.test("write: with framing by chunk it settles when the engine has consumed it", async () => {
  const writes = gate();
  const script = { write: writes.handler };
  await withPipe(script, { framing: "chunk" }, async (target, server) => {
    const writer = target.getWriter();
    let settled = 0;
    const all = ["a", "", "b"].map((chunk) =>
      writer.write(chunk).then(() => settled++)
    );
    await server.received("write");
    for (let done = 0; done < all.length; done++) {
      assertEquals(settled, done);
      await writes.answer();
    }
    await Promise.all(all);
    await writer.close();
    assertEquals(server.log(), [
      "open",
      "write:a",
      "write:",
      "write:b",
      "close",
    ]);
  });
});

Deno.test("back-pressure: the high-water mark is frameBytes, and bytes count", async () => {
  const options = { frameBytes: FRAME_BYTES };
  await withPipe({ write: silent }, options, async (target) => {
    const writer = target.getWriter();
    assertEquals(writer.desiredSize, FRAME_BYTES);
    // One frame leaves, one is gathered, and the third has to wait.
    await writer.write(new Uint8Array(FRAME_BYTES));
    await writer.write(new Uint8Array(FRAME_BYTES));
    assertEquals(writer.desiredSize, FRAME_BYTES);
    const waits = writer.write(new Uint8Array(FRAME_BYTES - 100));
    waits.catch(() => {});
    assertEquals(writer.desiredSize, 100);
    const queued = writer.write("x".repeat(100));
    queued.catch(() => {});
    assertEquals(writer.desiredSize, 0);
    let ready = false;
    writer.ready.then(() => ready = true, () => {});
    await drainMicrotasks();
    assert(!ready);
  });
});

Deno.test("back-pressure: a fast source is read only as far as the engine follows", async () => {
  const writes = gate();
  const options = { frameBytes: FRAME_BYTES };
  await withPipe({ write: writes.handler }, options, async (target, server) => {
    let pulled = 0;
    const source = new ReadableStream<Uint8Array>({
      pull(controller): void {
        pulled += FRAME_BYTES;
        if (pulled > 64 * FRAME_BYTES) controller.close();
        else controller.enqueue(new Uint8Array(FRAME_BYTES));
      },
    });
    const piped = source.pipeTo(target);
    await server.received("write");
    await drainMicrotasks();
    // In flight, gathered, with the sink, in two queues.
    assert(pulled <= 5 * FRAME_BYTES, `${pulled} bytes were read`);
    while (writes.waiting > 0) await writes.answer();
    await piped;
    const sent = server.requests.map((it) => payloadOf(it).length);
    assertEquals(sent.reduce((a, b) => a + b), 64 * FRAME_BYTES);
    assertEquals(server.mostInFlight, 1);
  });
});

Deno.test("close: sends what is left, then ends the object and waits for its result", async () => {
  const closes = gate();
  const options = { mimeType: "text/plain" };
  await withPipe({ close: closes.handler }, options, async (target, server) => {
    const writer = target.getWriter();
    await writer.write("held");
    assertEquals(server.log(), ["open"]);
    let closed = false;
    const closing = writer.close().then(() => closed = true);
    await server.received("close");
    assertEquals(server.log(), ["open", "write:held", "close"]);
    await drainMicrotasks();
    assert(!closed);
    await closes.answer(RESULT);
    await closing;
    await writer.closed;
  });
});

Deno.test("close: rejects with the engine's failure, and so does the result", async () => {
  const script: Script = {
    close(): never {
      throw new Error("Close pipe with id 0 not found");
    },
  };
  await withPipe(script, {}, async (target) => {
    const error = await assertRejects(
      () => streamOf("a").pipeTo(target),
      PipeException,
      "Close pipe with id 0 not found",
    );
    assertEquals(error.phase, "close");
    assertStrictEquals(await assertRejects(() => target.result), error);
  });
});

Deno.test("error in the result: pipeTo and the result reject with all that was produced", async () => {
  const result = { ...RESULT, error: { message: "Bad page" } };
  await withPipe({ close: () => result }, {}, async (target) => {
    const error = await assertRejects(
      () => streamOf("a").pipeTo(target),
      ExecutionException,
      "Bad page",
    );
    assertEquals(error.result, result);
    assertStrictEquals(await assertRejects(() => target.result), error);
  });
});

Deno.test("abort: nothing more is sent, the slot is freed, the result has the reason", async () => {
  await withPipe({}, { mimeType: "text/plain" }, async (target, server) => {
    const writer = target.getWriter();
    await writer.write("never sent");
    const reason = { why: "because" };
    await writer.abort(reason);
    assertEquals(server.log(), ["open", "close"]);
    assertStrictEquals(await target.result.catch((it) => it), reason);
    assertStrictEquals(await writer.closed.catch((it) => it), reason);
    assertStrictEquals(await writer.write("x").catch((it) => it), reason);
  });
});

Deno.test("abort: with a write in flight the result rejects at once, the abort ends with the slot free", async () => {
  for (const framing of ["auto", "chunk"] as const) {
    const writes = gate();
    await withPipe(
      { write: writes.handler },
      { framing },
      async (target, server) => {
        const writer = target.getWriter();
        writer.write("a").catch(() => {});
        await server.received("write");
        const reason = new Error("enough");
        const aborted = writer.abort(reason);
        assertStrictEquals(await assertRejects(() => target.result), reason);
        assertEquals(server.log(), ["open", "write:a"]);
        await writes.answer();
        await aborted;
        assertEquals(server.log(), ["open", "write:a", "close"]);
      },
    );
  }
});

Deno.test("abort: a source that fails gives the object up with its own error", async () => {
  await withPipe({}, {}, async (target, server) => {
    const failure = new Error("disk on fire");
    const source = new ReadableStream({
      pull(controller): void {
        controller.error(failure);
      },
    });
    assertStrictEquals(
      await assertRejects(() => source.pipeTo(target)),
      failure,
    );
    assertStrictEquals(await assertRejects(() => target.result), failure);
    assertEquals(server.log(), ["open", "close"]);
  });
});

Deno.test("abort: a pipe that was closed has nothing to give up", async () => {
  await withPipe({}, {}, async (target, server) => {
    await target.close();
    await target.abort("late");
    assertEquals(await target.result, RESULT);
    assertEquals(server.log(), ["open", "close"]);
  });
});

Deno.test("signal: pipeTo ends even while a write waits for its answer, and the source is cancelled", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const options: PipeOptions = { signal, framing: "chunk" };
  await withPipe({ write: silent }, options, async (target, server) => {
    const cancelled = Promise.withResolvers<unknown>();
    const source = new ReadableStream({
      pull: (it) => it.enqueue("a"),
      cancel: cancelled.resolve,
    });
    const piped = source.pipeTo(target);
    await server.received("write");
    const reason = new Error("stop");
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => piped), reason);
    assertStrictEquals(await cancelled.promise, reason);
    assertStrictEquals(await assertRejects(() => target.result), reason);
  });
});

Deno.test("an engine that fails while the source is idle ends pipeTo at once", async () => {
  const writes = gate();
  await withPipe({ write: writes.handler }, {}, async (target, server) => {
    const { stream, cancelled } = idleStream();
    const writer = target.getWriter();
    await writer.write("a");
    writer.releaseLock();
    const piped = stream.pipeTo(target);
    piped.catch(() => {});
    await server.received("write");
    await writes.refuse("Node exploded");
    const error = await assertRejects(() => piped, PipeException);
    assertStrictEquals(await cancelled, error);
  });
});

Deno.test("line: a line that drops errors the stream while the source is idle", async () => {
  await withPipe({}, {}, async (target, server) => {
    const { stream, cancelled } = idleStream();
    const piped = stream.pipeTo(target);
    server.line.close(1001, "Going away");
    const error = await assertRejects(() => piped, ConnectionException);
    assertEquals(error.message, hinted("Going away", error.hint));
    assertStrictEquals(await cancelled, error);
    assertStrictEquals(await assertRejects(() => target.result), error);
  });
});

Deno.test("dispose: a pipe that is left without a close is given up", async () => {
  await withPipe({}, {}, async (target, server) => {
    {
      await using it = target;
      const writer = it.getWriter();
      await writer.write("a");
    }
    assertEquals(server.log(), ["open", "write:a", "close"]);
    const error = await assertRejects(() => target.result, PipeException);
    assertEquals(error.code, "pipe-closed");
  });
});

Deno.test("nobody has to look at a pipe that fails", async () => {
  const scripts: readonly Script[] = [
    {
      write(): never {
        throw new Error("Node exploded");
      },
    },
    { close: () => undefined },
  ];
  for (const script of scripts) {
    await withPipe(script, {}, async (target, server) => {
      const writer = target.getWriter();
      await writer.write("a");
      writer.close().catch(() => {});
      await server.received("close");
      await drainMicrotasks();
    });
  }
});
