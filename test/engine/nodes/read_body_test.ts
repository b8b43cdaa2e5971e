import { assertEquals, assertRejects } from "@std/assert";
import { readBody } from "../../../lib/engine/nodes/read_body.ts";

const never = new AbortController().signal;

/** A body of chunks that then waits for ever; `left` settles when cancelled. */
function endless(
  ...chunks: string[]
): { body: Response; left: Promise<unknown> } {
  const left = Promise.withResolvers<unknown>();
  const stream = new ReadableStream<Uint8Array>({
    start(controller): void {
      for (const chunk of chunks) {
        controller.enqueue(new TextEncoder().encode(chunk));
      }
    },
    cancel: left.resolve,
  });
  return { body: new Response(stream), left: left.promise };
}

Deno.test("a body is read whole, and none is empty", async () => {
  const text = async (response: Response): Promise<string> =>
    new TextDecoder().decode(await readBody(response, 6, never));
  assertEquals(await text(new Response("abcdef")), "abcdef");
  assertEquals(await text(new Response(null)), "");
});

Deno.test("of a body that is too long the rest is not read", async () => {
  const { body, left } = endless("abcd", "efg");
  await assertRejects(
    () => readBody(body, 6, never),
    RangeError,
    "Response is larger than 6 bytes",
  );
  await left;
});

Deno.test("an abort ends a read that waits, and the stream", async () => {
  const stop = new AbortController();
  const { body, left } = endless("a");
  const reading = readBody(body, 6, stop.signal);
  const failed = assertRejects(() => reading, Error, "Enough");
  stop.abort(new Error("Enough"));
  await failed;
  assertEquals(await left, stop.signal.reason);
});

Deno.test("a body that breaks off rejects with its own reason", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError("Cut")),
  });
  await assertRejects(
    () => readBody(new Response(stream), 6, never),
    TypeError,
    "Cut",
  );
});
