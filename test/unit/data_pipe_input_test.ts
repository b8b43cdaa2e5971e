import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { type DataPipe, pipe } from "../../lib/pipe/data_pipe.ts";
import type { PipeChunk, PipeOptions } from "../../lib/pipe/options.ts";
import { ValidationException } from "../../lib/errors.ts";
import {
  payloadOf,
  type PipeServer,
  pipeServer,
} from "../support/pipe_server.ts";

/** A server that obliges, and a pipe into it. */
async function withPipe(
  options: PipeOptions,
  body: (target: DataPipe, server: PipeServer) => Promise<void>,
): Promise<void> {
  await using server = await pipeServer();
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

Deno.test("write: strings become UTF-8, bytes of any form are taken", async () => {
  await withPipe({}, async (target, server) => {
    const chunks: readonly PipeChunk[] = [
      "ä🌍",
      Uint8Array.of(0x31),
      new DataView(Uint8Array.of(0x32, 0x33, 0x34).buffer, 1, 1),
      Uint8Array.of(0x35).buffer,
    ];
    await streamOf(...chunks).pipeTo(target);
    const writes = server.log().filter((it) => it.startsWith("write:"));
    assertEquals(writes.map((it) => it.slice(6)).join(""), "ä🌍135");
  });
});

Deno.test("bad input: a chunk that is neither bytes nor text fails the pipe and cancels the source", async () => {
  await withPipe({}, async (target, server) => {
    const source = streamOf("a", 5 as unknown as string, "b");
    const error = await assertRejects(
      () => source.pipeTo(target),
      TypeError,
      "Cannot write a chunk of type number: expected bytes or a string",
    );
    assertStrictEquals(await assertRejects(() => target.result), error);
    await server.received("close");
  });
});

Deno.test("bad input: a chunk of zero bytes is no write and no end", async () => {
  await withPipe({}, async (target, server) => {
    const chunks = ["", "a", new Uint8Array(0), "b", ""];
    await streamOf(...chunks).pipeTo(target);
    const writes = server.log().filter((it) => it.startsWith("write:"));
    assert(!writes.includes("write:"));
    assertEquals(writes.map((it) => it.slice(6)).join(""), "ab");
  });
});

Deno.test("bad input: text that ends in the middle of a character", async () => {
  for (const framing of ["auto", "chunk"] as const) {
    const options: PipeOptions = { mimeType: "text/plain", framing };
    await withPipe(options, async (target) => {
      const source = streamOf("a", Uint8Array.of(0xf0, 0x9f));
      const error = await assertRejects(
        () => source.pipeTo(target),
        ValidationException,
      );
      assertEquals(error.code, "invalid-chunk");
      assertStrictEquals(await assertRejects(() => target.result), error);
    });
  }
});

Deno.test("text whose characters are cut between chunks arrives whole", async () => {
  const bytes = new TextEncoder().encode("Grüße 🌍!");
  for (const framing of ["auto", "chunk"] as const) {
    const options: PipeOptions = { mimeType: "text/plain", framing };
    await withPipe(options, async (target, server) => {
      const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
      await streamOf(...chunks).pipeTo(target);
      const writes = server.requests.map((it) =>
        new TextDecoder("utf-8", { fatal: true }).decode(payloadOf(it).slice())
      );
      assertEquals(writes.join(""), "Grüße 🌍!");
    });
  }
});

Deno.test("text in another charset leaves as UTF-8, and the media type says so", async () => {
  const options = { mimeType: "text/plain; charset=ISO-8859-1" };
  await withPipe(options, async (target, server) => {
    await streamOf(Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65)).pipeTo(target);
    assertEquals(server.log(), ["open", "write:Grüße", "close"]);
    assertEquals(server.requests[0]?.arguments?.mimeType, "text/plain");
  });
});

Deno.test("a pipe that nobody writes to makes no write", async () => {
  await withPipe({}, async (target, server) => {
    await streamOf().pipeTo(target);
    assertEquals(server.log(), ["open", "close"]);
  });
});
