import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ConnectionException, TimeoutException } from "../../lib/errors.ts";
import { explainFailure } from "../../lib/transport/explain_failure.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { listen } from "../conformance/server/listen.ts";

/** A failure as `dial` makes it of a socket, with what the platform says. */
async function failureAt(
  origin: string,
  message?: string,
): Promise<ConnectionException> {
  const target = new WebSocket(`${origin.replace("http", "ws")}/task/service`);
  await new Promise((resolve) => target.addEventListener("close", resolve));
  return new ConnectionException("Cannot connect", {
    code: "connection-failed",
    retryable: true,
    closeCode: 1006,
    cause: { target, message },
    hint: "The hint of the transport",
  });
}

const { signal } = new AbortController();

for (
  const message of [
    undefined,
    "",
    "Received network error or non-101 status code.",
  ]
) {
  Deno.test(`a socket that fails with ${JSON.stringify(message)} is explained by what answers`, async () => {
    const asked: [path: string, cookie: string | null][] = [];
    const server = listen((request) => {
      const { pathname } = new URL(request.url);
      if (!request.headers.has("upgrade")) {
        asked.push([pathname, request.headers.get("cookie")]);
      }
      return new Response("Not here", { status: 404 });
    });
    const { origin } = server;
    const failure = await failureAt(origin, message);
    const error = await explainFailure(failure, signal, fakeClock());
    assert(error instanceof ConnectionException);
    const { code, retryable, closeCode, cause } = error;
    assertEquals(
      [code, retryable, closeCode, cause],
      ["connection-failed", true, 1006, failure.cause],
    );
    assertEquals(
      error.message.split(". ")[0],
      `Cannot connect to "${origin.replace("http", "ws")}/task/service": ` +
        "an HTTP server answers there (status 404), but no WebSocket",
    );
    assertStringIncludes(error.hint ?? "", "it is no engine's");
    assertEquals(asked, [["/task/service", null]]);
    await server.close();
  });
}

Deno.test("an error that says something is left as it is, and nobody is asked", async () => {
  let asked = 0;
  const server = listen((request) => {
    if (!request.headers.has("upgrade")) asked++;
    return new Response(null, { status: 404 });
  });
  const telling = await failureAt(server.origin, "Invalid status code: 404");
  const mute = await failureAt(server.origin);
  const { message, cause } = mute;
  for (
    const error of [
      telling,
      new TimeoutException("No answer within 5 ms", 5),
      new ConnectionException(message, { code: "connection-lost", cause }),
      // A socket of somebody else's may go ways that a request does not go.
      new ConnectionException(message, {
        code: "connection-failed",
        cause: { target: { url: server.origin } },
      }),
      new ConnectionException(message, { code: "connection-failed" }),
      undefined,
      null,
      "text",
    ]
  ) {
    const seen = await explainFailure(error, signal, fakeClock());
    assertEquals(seen, error);
  }
  assertEquals(asked, 0);
  await server.close();
});

Deno.test("where nobody answers in a second, it stays with what is known", async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<Response>();
  const server = listen((request) => {
    if (request.headers.has("upgrade")) {
      return new Response(null, { status: 404 });
    }
    asked.resolve();
    return held.promise;
  });
  const failure = await failureAt(server.origin);
  const clock = fakeClock();
  const answer = explainFailure(failure, signal, clock);
  await asked.promise;
  await clock.advance(999);
  const early = await Promise.race([answer, Promise.resolve("waits")]);
  assertEquals(early, "waits");
  await clock.advance(10);
  assertEquals(await answer, failure);

  const controller = new AbortController();
  const reason = new Error("changed my mind");
  const given = explainFailure(failure, controller.signal, clock);
  controller.abort(reason);
  const thrown = await given.catch((error: unknown) => error);
  assertEquals(thrown, reason);

  // The time for all of connecting is over: what is known counts.
  const late = new AbortController();
  const last = explainFailure(failure, late.signal, clock);
  late.abort(new TimeoutException("No answer within 5 ms", 5));
  assertEquals(await last, failure);
  held.resolve(new Response());
  await server.close();
});
