import { assert, assertEquals, assertRejects } from "@std/assert";
import { deferred } from "../../../lib/async.ts";
import { abortableFetch } from "../../../lib/engine/nodes/abortable_fetch.ts";
import { drainMicrotasks } from "../../support/fake_clock.ts";

Deno.test("a response that comes too late is let go of", async () => {
  const answer = deferred<Response>();
  const gone = new Error("gone");
  const controller = new AbortController();
  const { signal } = controller;
  const deaf = (): Promise<Response> => answer.promise;
  const asked = abortableFetch(deaf, "https://api.test/", {}, signal);
  controller.abort(gone);
  assertEquals(await assertRejects(() => asked), gone);
  let cancelled: unknown;
  answer.resolve(
    new Response(
      new ReadableStream({
        cancel: (reason) => void (cancelled = reason ?? 1),
      }),
    ),
  );
  await drainMicrotasks();
  assert(cancelled !== undefined);
});

Deno.test("redirects are left to whoever asks", async () => {
  let given: RequestInit | undefined;
  const fetch = (_: unknown, init?: RequestInit): Promise<Response> => {
    given = init;
    return Promise.resolve(new Response("x"));
  };
  const { signal } = new AbortController();
  const init: RequestInit = { method: "PUT", redirect: "follow" };
  const response = await abortableFetch(fetch, "https://a.test/", init, signal);
  assertEquals(await response.text(), "x");
  assertEquals([given?.method, given?.redirect], ["PUT", "manual"]);
  assertEquals(given?.signal, signal);
});
