import { assert, assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../../lib/async.ts";
import { fetchBody } from "../../../lib/engine/nodes/fetch_body.ts";
import { drainMicrotasks, fakeClock } from "../../support/fake_clock.ts";

const URL_TEXT = "https://api.test/";
const LIMITS = { timeoutMs: 1_000, maxBytes: 6 };

/** Fetch with a `fetch` that answers this; tells what was asked. */
function ask(
  answer: Response | Promise<Response>,
  { clock = fakeClock(), signal = new AbortController().signal } = {},
): ReturnType<typeof fetchBody> {
  const fetch = (): Promise<Response> => Promise.resolve(answer);
  return fetchBody(URL_TEXT, {}, { fetch, clock, signal }, LIMITS);
}

/** A body of chunks that never ends; `left` settles when it is cancelled. */
function endless(
  ...chunks: string[]
): { response: Response; left: Promise<unknown> } {
  const left = Promise.withResolvers<unknown>();
  const stream = new ReadableStream<Uint8Array>({
    start(controller): void {
      for (const chunk of chunks) {
        controller.enqueue(new TextEncoder().encode(chunk));
      }
    },
    cancel: left.resolve,
  });
  return { response: new Response(stream), left: left.promise };
}

Deno.test("fetchBody cancels a response that arrives after the abort", async () => {
  const answer = deferred<Response>();
  const gone = new Error("gone");
  const { signal, ...controller } = abortController();
  const clock = fakeClock();
  const asked = ask(answer.promise, { signal, clock });
  controller.abort(gone);
  assertEquals(await assertRejects(() => asked), gone);
  assertEquals(clock.timers, 0);
  const { response, left } = endless();
  answer.resolve(response);
  await drainMicrotasks();
  await left;
});

Deno.test("fetchBody leaves redirects to its caller", async () => {
  let given: RequestInit | undefined;
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    given = init;
    return Promise.resolve(new Response("x"));
  };
  const tools = { fetch, clock: fakeClock(), ...abortController() };
  const init: RequestInit = { method: "PUT", redirect: "follow" };
  const { bytes } = await fetchBody(URL_TEXT, init, tools, LIMITS);
  assertEquals(new TextDecoder().decode(bytes), "x");
  assertEquals([given?.method, given?.redirect], ["PUT", "manual"]);
  assert(given?.signal);
});

Deno.test("fetchBody reads a whole body, and none as empty", async () => {
  const text = async (response: Response): Promise<string> =>
    new TextDecoder().decode((await ask(response)).bytes);
  assertEquals(await text(new Response("abcdef")), "abcdef");
  assertEquals(await text(new Response(null)), "");
});

Deno.test("fetchBody cancels the rest of a body that is too long", async () => {
  const { response, left } = endless("abcd", "efg");
  await assertRejects(
    () => ask(response),
    RangeError,
    "Response is larger than 6 bytes",
  );
  await left;
});

Deno.test("fetchBody ends a read that waits when it is aborted", async () => {
  const { signal, abort } = abortController();
  const { response, left } = endless("a");
  const failed = assertRejects(() => ask(response, { signal }), Error, "Over");
  await drainMicrotasks();
  abort(new Error("Over"));
  await failed;
  assertEquals(await left, signal.reason);
});

Deno.test("fetchBody times out, even if fetch ignores its signal", async () => {
  const clock = fakeClock();
  const failed = assertRejects(
    () => ask(new Promise<Response>(() => {}), { clock }),
    DOMException,
    "Took longer than 1 s",
  );
  await clock.advance(1_000);
  assertEquals((await failed).name, "TimeoutError");
  assertEquals(clock.timers, 0);
});

Deno.test("fetchBody rejects with the reason of a body that breaks off", async () => {
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new TypeError("Cut")),
  });
  await assertRejects(() => ask(new Response(stream)), TypeError, "Cut");
});

function abortController(): {
  signal: AbortSignal;
  abort: (reason?: unknown) => void;
} {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
  };
}
