import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { type Deferred, deferred } from "../../lib/async.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import {
  ConnectionException,
  DAPException,
  PipeException,
  ProtocolException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import { getServices, ping } from "../../lib/service/services.ts";
import { close, isConnected } from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { ConnectOptions } from "../../lib/session/options.ts";
import type { Session } from "../../lib/session/session.ts";
import { getTaskStatus } from "../../lib/task/queries.ts";
import { use } from "../../lib/task/use.ts";
import { validate } from "../../lib/task/validate.ts";
import {
  httpTransport,
  type HttpTransportOptions,
} from "../../lib/transport/http.ts";
import { fakeClock } from "../support/fake_clock.ts";

type Handler = (request: Request) => Response | Promise<Response>;

/** Answers by `"METHOD /path"`; everything else is a success. */
type Routes = Readonly<Record<string, Handler>>;

/** A server on a port of its own. */
interface Served {
  readonly origin: string;
  /** What it was asked, without logins. */
  readonly log: readonly string[];
}

async function serving(
  routes: Routes,
  work: (served: Served) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen(): void {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const name = `${request.method} ${pathname}`;
      if (pathname !== "/status") log.push(name);
      const handler = routes[name];
      if (handler) return await handler(request);
      await request.body?.cancel();
      return ok();
    },
  );
  try {
    await work({ origin: `http://127.0.0.1:${server.addr.port}`, log });
  } finally {
    await server.shutdown();
  }
}

/** Work on a session with a server, over a network. */
function withSession(
  routes: Routes,
  work: (session: Session, served: Served) => Promise<void>,
  { streaming, responseBytes, ...options }:
    & ConnectOptions
    & HttpTransportOptions = {},
): Promise<void> {
  return serving(routes, async (served) => {
    const session = await connect({
      uri: served.origin,
      auth: "key",
      env: {},
      transport: httpTransport({ streaming, responseBytes }),
      ...options,
    });
    try {
      await work(session, served);
    } finally {
      await close(session);
    }
  });
}

function ok(data?: unknown): Response {
  return Response.json({ status: "OK", ...(data ? { data } : {}) });
}

function object(): Response {
  return ok({ objects: { body: { objectId: "o", status: "OK" } } });
}

/** A response without an end. */
function endless(): {
  readonly handler: Handler;
  /** Settles when the request has arrived whole. */
  readonly asked: Promise<void>;
  /** Settles when nobody reads the response any more. */
  readonly over: Promise<void>;
} {
  const asked = deferred<void>();
  const over = deferred<void>();
  const piece = new Uint8Array(16 * 1024).fill(0x20);
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    asked: asked.promise,
    over: over.promise,
    handler: async (request) => {
      await request.arrayBuffer();
      asked.resolve();
      return new Response(
        new ReadableStream({
          // A network takes its time, and so do others their turn.
          pull: (controller) =>
            new Promise((resolve) => {
              timer = setTimeout(() => {
                controller.enqueue(piece);
                resolve();
              }, 0);
            }),
          cancel(): void {
            clearTimeout(timer);
            over.resolve();
          },
        }),
      );
    },
  };
}

Deno.test("a response without an end ends with the call that timed out", async () => {
  const { handler, over } = endless();
  await withSession({ "GET /version": handler }, async (session) => {
    await assertRejects(() => ping(session, { timeout: 50 }), TimeoutException);
    await over;
    assert(isConnected(session));
  }, { responseBytes: Infinity });
});

Deno.test("a response without an end ends with the call that was aborted", async () => {
  const { handler, over } = endless();
  await withSession({ "GET /version": handler }, async (session) => {
    const aborting = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => aborting.abort(reason), 20);
    const { signal } = aborting;
    const error = await ping(session, { signal }).catch((it) => it);
    assertEquals(error, reason);
    await over;
  }, { responseBytes: Infinity });
});

Deno.test("a response of a user's function without an end ends with its call", async () => {
  const { handler, over } = endless();
  const session = await connect({
    uri: "http://localhost",
    auth: "key",
    env: {},
    transport: httpTransport({
      responseBytes: Infinity,
      fetch: async (input) =>
        String(input).endsWith("/version")
          ? await handler(new Request(input))
          : ok(),
    }),
  });
  await assertRejects(() => ping(session, { timeout: 50 }), TimeoutException);
  await over;
  await close(session);
});

const ANSWERED: Readonly<
  Record<string, (session: Session) => Promise<unknown>>
> = {
  "/status": () => Promise.resolve(),
  "/version": (session) => ping(session),
  "/services": (session) => getServices(session),
  "/task": (session) => use(session, { pipeline: { components: [] } }),
  "/task/data": (session) => send(session, "tk_1", new Uint8Array(1)),
};

for (const [path, call] of Object.entries(ANSWERED)) {
  Deno.test(`a response of ${path} may have so many bytes, and no more`, async () => {
    const { handler, over } = endless();
    const routes = { [`GET ${path}`]: handler, [`POST ${path}`]: handler };
    await serving(routes, async ({ origin: uri }) => {
      const responseBytes = 1024 * 1024;
      const transport = httpTransport({ responseBytes, streaming: false });
      const options = { uri, auth: "key", env: {}, transport };
      const error = await assertRejects(async () => {
        await using session = await connect(options);
        await call(session);
      }, ProtocolException);
      assert(error.message.includes(`${responseBytes} bytes`));
      await over;
    });
  });
}

for (const streaming of [true, false]) {
  const way = streaming ? "streamed" : "held back";

  Deno.test(`the request of an object that is ${way} ends with the send that was aborted`, async () => {
    const { asked, handler, over } = endless();
    const routes = { "POST /task/data": handler };
    await withSession(routes, async (session) => {
      const aborting = new AbortController();
      const { signal } = aborting;
      const sending = send(session, "tk_1", new Uint8Array(9), { signal });
      await asked;
      aborting.abort(new Error("enough"));
      await assertRejects(() => sending, Error, "enough");
      await over;
    }, { streaming, responseBytes: Infinity });
  });

  Deno.test(`the request of an object that is ${way} ends with the close that timed out`, async () => {
    const { handler, over } = endless();
    const routes = { "POST /task/data": handler };
    await withSession(routes, async (session) => {
      await assertRejects(
        () => send(session, "tk_1", new Uint8Array(9), { timeout: 100 }),
        TimeoutException,
      );
      await over;
    }, { streaming, responseBytes: Infinity });
  });
}

Deno.test("an object that is given up does not arrive as if it were whole", async () => {
  const outcome = deferred<string>();
  const begun = deferred<void>();
  const routes = {
    "POST /task/data": async (request: Request) => {
      try {
        for await (const _ of request.body ?? []) begun.resolve();
        outcome.resolve("complete");
      } catch {
        outcome.resolve("cut off");
      }
      return object();
    },
  };
  await withSession(routes, async (session) => {
    const target = await pipe(session, "tk_1");
    const writer = target.getWriter();
    await writer.write(new Uint8Array(1_000));
    await begun.promise;
    await writer.abort(new Error("enough"));
    await assertRejects(() => target.result, Error, "enough");
    assertEquals(await outcome.promise, "cut off");
  }, { streaming: true });
});

Deno.test("a start that was given up may still be answered for 5 s, so that its task ends", async () => {
  const { asked, handler, over } = endless();
  const clock = fakeClock();
  await withSession({ "POST /task": handler }, async (session) => {
    const aborting = new AbortController();
    const starting = use(session, {
      pipeline: { components: [] },
      signal: aborting.signal,
    });
    await asked;
    aborting.abort(new Error("enough"));
    await assertRejects(() => starting, Error, "enough");
    await clock.advance(5_000);
    await over;
  }, { clock, responseBytes: Infinity });
});

const REDIRECTS = [301, 302, 303, 307, 308];

for (const status of REDIRECTS) {
  Deno.test(`a redirect ${status} to another origin is refused, and nothing arrives there`, () =>
    serving({}, async (other) => {
      const location = `${other.origin}/elsewhere?token=tk_1`;
      const away = async (request: Request): Promise<Response> => {
        await request.body?.cancel();
        return new Response(null, { status, headers: { location } });
      };
      await withSession({
        "GET /version": away,
        "POST /task": away,
        "POST /task/data": away,
      }, async (session) => {
        const calls: (() => Promise<unknown>)[] = [
          () => ping(session),
          () => use(session, { pipeline: { components: [] } }),
          () => send(session, "tk_1", "text"),
          () => send(session, "tk_1", new Uint8Array(9)),
        ];
        for (const call of calls) {
          const error = await assertRejects(call, ConnectionException);
          assert(error.message.includes(other.origin), error.message);
          assert(!error.message.includes("tk_1"));
          assertEquals(error.retryable, false);
        }
        assertEquals(other.log, []);
        assert(isConnected(session));
      }, { streaming: status % 2 === 0 });
    }));
}

Deno.test("a redirect within the origin is followed where the request can be sent again", () => {
  const moved = (to: string): Handler => async (request) => {
    await request.body?.cancel();
    const headers = { location: to };
    return new Response(null, { status: 307, headers });
  };
  return withSession({
    "GET /version": moved("/v2/version"),
    "POST /task/data": moved("/v2/task/data"),
    "POST /v2/task/data": async (request) => {
      assertEquals(request.headers.get("authorization"), "Bearer key");
      assertEquals(await request.text(), "abc");
      return object();
    },
    "GET /services": moved("/services"),
  }, async (session) => {
    assert(await ping(session) >= 0);
    await send(session, "tk_1", new TextEncoder().encode("abc"));
    await assertRejects(
      () => getServices(session),
      ConnectionException,
      "no end",
    );
  }, { streaming: false });
});

/** Requests that arrived, each with what lets its answer go. */
function gated(): {
  readonly handler: Handler;
  readonly waiting: Deferred<void>[];
} {
  const waiting: Deferred<void>[] = [];
  return {
    waiting,
    handler: async (request) => {
      const gate = deferred<void>();
      waiting.push(gate);
      await request.arrayBuffer();
      await gate.promise;
      return object();
    },
  };
}

Deno.test("at most 8 objects travel at once, and the others get their turn", async () => {
  const { handler, waiting } = gated();
  await withSession({ "POST /task/data": handler }, async (session) => {
    const sending = Array.from(
      { length: 20 },
      (_, at) => send(session, "tk_1", at % 2 ? `${at}` : new Uint8Array(9)),
    );
    // Others need no place of theirs.
    while (waiting.length < 8) await ping(session);
    for (let turn = 0; turn < 5; turn++) await ping(session);
    assertEquals(waiting.length, 8);
    for (let at = 0; at < 20; at++) {
      while (waiting.length <= at) await ping(session);
      assert(waiting.length <= at + 8);
      waiting[at]!.resolve();
    }
    await Promise.all(sending);
  }, { streaming: true });
});

Deno.test("an object that waits for its turn can be given up, and takes no place", async () => {
  const { handler, waiting } = gated();
  await withSession({ "POST /task/data": handler }, async (session) => {
    const sending = Array.from(
      { length: 8 },
      () => send(session, "tk_1", "text"),
    );
    const aborting = new AbortController();
    const { signal } = aborting;
    const late = send(session, "tk_1", "late", { signal });
    const slow = pipe(session, "tk_1", { timeout: 50 });
    await assertRejects(() => slow, TimeoutException);
    aborting.abort(new Error("enough"));
    await assertRejects(() => late, Error, "enough");
    for (let at = 0; at < 8; at++) {
      while (waiting.length <= at) await ping(session);
      waiting[at]!.resolve();
    }
    await Promise.all(sending);
    assertEquals(waiting.length, 8);
    const last = send(session, "tk_1", "last");
    while (waiting.length < 9) await ping(session);
    waiting[8]!.resolve();
    await last;
  }, { streaming: true });
});

Deno.test("requests about tasks leave the server two places", async () => {
  const { handler, waiting } = gated();
  await withSession({ "GET /task": handler }, async (session) => {
    const asking = Array.from(
      { length: 5 },
      () => getTaskStatus(session, "tk_1").catch((error) => error),
    );
    for (let at = 0; at < 5; at++) {
      while (waiting.length <= at) await ping(session);
      assert(waiting.length <= at + 2);
      waiting[at]!.resolve();
    }
    await Promise.all(asking);
  });
});

Deno.test("a server without a place for a request may have one later", () =>
  withSession({
    "POST /task/data": async (request) => {
      await request.body?.cancel();
      const message = "server rejected WebSocket connection: HTTP 403";
      const error = { message, file: "task_data.py", lineno: 480 };
      return Response.json({ status: "Error", error }, { status: 400 });
    },
  }, async (session) => {
    const error = await assertRejects(
      () => send(session, "tk_1", "text"),
      PipeException,
      "HTTP 403",
    );
    assertEquals([error.code, error.retryable], ["connection-failed", true]);
    assertNotEquals(error.hint, undefined);
  }));

for (const status of [401, 404, 405]) {
  Deno.test(`validate() on a server without that path (${status}) is not supported over HTTP`, () =>
    withSession({
      "POST /pipe/validate": async (request) => {
        await request.body?.cancel();
        return Response.json({ detail: "Not Found" }, { status });
      },
    }, async (session) => {
      const error = await assertRejects(
        () => validate(session, { pipeline: { components: [] } }),
        ValidationException,
        "rrext_validate",
      );
      assertEquals(error.code, "not-supported");
      assert(error.hint?.includes("webSocketTransport"));
    }));
}

const DEEP = "[".repeat(20_000) + "]".repeat(20_000);
const HOSTILE = [DEEP, '{"toString":1,"valueOf":1}', "null", "7", '"x"', "[]"];

Deno.test("no member of a response ends the client, whatever it holds", async () => {
  let body = "";
  let status = 200;
  const handler = async (request: Request): Promise<Response> => {
    await request.arrayBuffer();
    return new Response(body, { status });
  };
  await withSession({
    "GET /version": handler,
    "GET /services": handler,
    "POST /task": handler,
    "POST /task/data": handler,
  }, async (session) => {
    for (const value of HOSTILE) {
      for (
        body of [
          value,
          `{"status":${value},"data":${value},"error":${value}}`,
          `{"error":{"message":${value},"error":${value}}}`,
          `{"detail":${value}}`,
          `{"detail":[{"msg":${value},"loc":${value}}]}`,
          `{"status":"OK","data":${value}}`,
          `{"status":"OK","data":{"objects":${value},"resultTypes":${value}}}`,
          `{"status":"OK","data":{"objects":{"body":${value}}}}`,
          `{"status":"OK","data":{"objects":{"body":{"status":${value},` +
          `"error":${value}}}}}`,
          `{"status":"OK","data":{"objects":{"body":{"error":{"message":` +
          `${value}}}}}}`,
        ]
      ) {
        for (status of [200, 400]) {
          for (
            const call of [
              () => ping(session),
              () => getServices(session),
              () => use(session, { pipeline: { components: [] } }),
              () => send(session, "tk_1", "text"),
            ]
          ) {
            const outcome = await call().catch((error) => error);
            if (!(outcome instanceof Error)) continue;
            assert(outcome instanceof DAPException, `${outcome} at ${body}`);
            assert(!(outcome instanceof ConnectionException), `${outcome}`);
          }
        }
      }
    }
    assert(isConnected(session));
  });
});
