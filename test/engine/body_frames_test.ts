import { assert, assertEquals } from "@std/assert";
import { bodyFrames } from "../../lib/engine/serve/http/request_body.ts";

const NOTHING = { take(): void {} };

/** A body of that many chunks of one byte. */
function bytewise(count: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array([0x61]);
  return new ReadableStream({
    pull(controller): void {
      if (count-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

for (const type of ["text/plain", "application/rocketride-question"]) {
  Deno.test(`a body of ${type} that arrives byte by byte takes time in proportion`, async () => {
    const count = 400_000;
    const start = performance.now();
    let bytes = 0;
    for await (const frame of bodyFrames(bytewise(count), type, NOTHING)) {
      bytes += frame.length;
    }
    const time = performance.now() - start;
    assertEquals(bytes, count);
    // Less than a second; a hundred if each chunk copied those before it.
    assert(time < 10_000, `${time} ms`);
  });
}

Deno.test("a body is cut after its last line that fits, whatever its chunks are", async () => {
  const line = `${"x".repeat(99_999)}\n`;
  const text = line.repeat(12);
  for (const size of [1_000, 70_001, text.length]) {
    const chunks = new TextEncoder().encode(text);
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller): void {
        if (at >= chunks.length) return controller.close();
        controller.enqueue(chunks.slice(at, at += size));
      },
    });
    const frames: string[] = [];
    for await (const frame of bodyFrames(body, "text/plain", NOTHING)) {
      frames.push(new TextDecoder().decode(frame));
    }
    assertEquals(frames.map(({ length }) => length), [1_000_000, 200_000]);
    assertEquals(frames.join(""), text);
  }
});
