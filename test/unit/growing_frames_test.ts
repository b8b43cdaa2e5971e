import { assertEquals } from "@std/assert";
import type { PipeOptions } from "../../lib/pipe/options.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { payloadOf, pipeServer } from "../support/pipe_server.ts";

const KIB = 1024;
const CHUNK = new Uint8Array(64 * KIB).fill(0x61);

/** The payloads of the writes, in KiB, where an answer takes that long. */
async function writesOf(
  mib: number,
  answerMs: (bytes: number) => number,
  options: PipeOptions = {},
  others = 0,
): Promise<number[]> {
  await using server = await pipeServer({
    async write(request): Promise<void> {
      await server.clock.advance(answerMs(payloadOf(request).length));
    },
  });
  const source = ReadableStream.from(
    Array.from({ length: mib * 16 }, () => CHUNK),
  );
  const target = await pipe(server.session, "tk_1", options);
  for (let count = 0; count < others; count++) {
    await pipe(server.session, "tk_1", options);
  }
  await source.pipeTo(target);
  const sizes = server.requests.map((it) => payloadOf(it).length / KIB)
    .filter((size) => size > 0);
  assertEquals(sizes.reduce((sum, it) => sum + it, 0), mib * KIB);
  return sizes;
}

Deno.test("frames grow to 4 MiB while answers come over a long way", async () => {
  const sizes = await writesOf(32, () => 20);
  assertEquals(sizes[0], 64);
  const full = sizes.slice(1, -1);
  assertEquals(full, full.toSorted((a, b) => a - b));
  assertEquals([...new Set(full)], [512, 1024, 2048, 4096]);
});

Deno.test("frames of many pipes grow to less: each keeps its largest", async () => {
  for (const [pipes, most] of [[8, 4096], [9, 2048], [32, 1024], [64, 512]]) {
    const sizes = await writesOf(32, () => 20, {}, pipes! - 1);
    assertEquals(Math.max(...sizes), most);
  }
});

Deno.test("frames do not grow where larger ones take longer", async () => {
  const sizes = await writesOf(16, (bytes) => bytes / (50 * KIB));
  // One step is needed to find out.
  assertEquals(Math.max(...sizes), 1024);
});

Deno.test("frames do not grow where answers come at once", async () => {
  assertEquals(Math.max(...await writesOf(8, () => 1)), 512);
});

Deno.test("frames of the caller's size do not grow", async () => {
  const frameBytes = 512 * KIB;
  const sizes = await writesOf(8, () => 20, { frameBytes });
  assertEquals(Math.max(...sizes), 512);
});

Deno.test("frames of text do not grow: each write ends with a blank line", async () => {
  const sizes = await writesOf(4, () => 20, { mimeType: "text/plain" });
  assertEquals(sizes, Array(8).fill(512));
});
