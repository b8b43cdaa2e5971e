import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { deferred, systemClock } from "../../lib/async.ts";
import { chat } from "../../lib/chat/chat.ts";
import { pipe } from "../../lib/pipe/data_pipe.ts";
import { send } from "../../lib/pipe/send.ts";
import {
  AuthenticationException,
  ConnectionException,
  ExecutionException,
  PipeException,
  RocketRideException,
  ValidationException,
} from "../../lib/errors.ts";
import { events } from "../../lib/events/events.ts";
import { getService, getServices, ping } from "../../lib/service/services.ts";
import { call } from "../../lib/session/call.ts";
import { close } from "../../lib/session/connection.ts";
import { connect, getServerInfo } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import { getTaskStatus } from "../../lib/task/queries.ts";
import { terminate } from "../../lib/task/task.ts";
import { use } from "../../lib/task/use.ts";
import { validate } from "../../lib/task/validate.ts";
import {
  httpTransport,
  type HttpTransportOptions,
} from "../../lib/transport/http.ts";
import type { CloseInfo } from "../../lib/transport/transport.ts";
import { withTrace } from "../../lib/transport/trace.ts";
import type { Message } from "../../schema/envelope.ts";
import { hinted } from "../support/hinted.ts";

const URI = "http://localhost:5565";
const pipeline = {
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** A request as a server would see it. */
interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly request: Request;
}

type Answer = Readonly<Record<string, unknown>>;

type Route = (asked: Asked) => unknown;

/** Answers by `"METHOD /path"`; a `Response` goes out as it is. */
type Routes = Readonly<Record<string, Route>>;

/** A server that is a function, with what it was asked. */
function serverOf(routes: Routes): {
  readonly fetch: typeof fetch;
  readonly log: string[];
} {
  const log: string[] = [];
  async function answer(
    input: RequestInfo | URL,
    init?: RequestInit,
  ): Promise<Response> {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const { headers, method } = request;
    if (pathname !== "/status") log.push(`${method} ${pathname}${search}`);
    const route = routes[`${method} ${pathname}`] ?? ((): Response => ok());
    const answered = await route({ method, path: pathname, headers, request });
    if (answered instanceof Response) return answered;
    return ok(answered);
  }
  return { fetch: answer, log };
}

function ok(data?: unknown): Response {
  return Response.json({ status: "OK", ...(data ? { data } : {}) });
}

/** Answers when the whole body is there, as servers do that refuse nothing. */
function afterBody(route: Route): Route {
  return async (asked) => {
    await asked.request.arrayBuffer();
    return route(asked);
  };
}

/** What `POST /task/data` answers to one object. */
function objectOf(result: Readonly<Record<string, unknown>>): unknown {
  return {
    objectsRequested: 1,
    objectsCompleted: 1,
    resultTypes: { text: "text" },
    objects: { body: { objectId: "o", status: "OK", ...result } },
  };
}

async function withSession(
  routes: Routes,
  test: (session: Session, log: string[]) => Promise<void>,
  options: HttpTransportOptions = {},
): Promise<void> {
  const { fetch, log } = serverOf(routes);
  const session = await connect({
    uri: URI,
    auth: "key",
    env: {},
    transport: httpTransport({ fetch, ...options }),
  });
  try {
    await test(session, log);
  } finally {
    await close(session);
  }
}

Deno.test("each command has its path, and the credential is in every header", () => {
  const credentials = new Set<string | null>();
  function seen<T>(data: T): Route {
    return ({ headers }) => {
      credentials.add(headers.get("authorization"));
      return data;
    };
  }
  return withSession({
    "POST /task": seen({ token: "tk_1" }),
    "GET /task": seen({ state: 3, completed: false }),
    "DELETE /task": seen(undefined),
    "GET /services": ({ request }) =>
      new URL(request.url).search ? { title: "Parser" } : { services: {} },
    "POST /pipe/validate": seen({ errors: [], warnings: [] }),
    "GET /version": seen({ version: "1" }),
  }, async (session, log) => {
    const task = await use(session, {
      pipeline,
      source: "in",
      threads: 2,
      token: "mine",
      pipelineTraceLevel: "full",
    });
    assertEquals(task.token, "tk_1");
    assertEquals((await getTaskStatus(session, task)).state, 3);
    assertEquals(await getServices(session), {});
    assertEquals((await getService(session, "parse"))?.title, "Parser");
    assertEquals((await validate(session, { pipeline })).errors, []);
    await ping(session);
    await terminate(session, task);
    assertEquals(log, [
      "POST /task?token=mine&threads=2&trace=full",
      "GET /task?token=tk_1",
      "GET /services",
      "GET /services?service=parse",
      "POST /pipe/validate",
      "GET /version",
      "DELETE /task?token=tk_1",
    ]);
    assertEquals([...credentials], ["Bearer key"]);
  });
});

Deno.test("C18 what an engine is can be asked without a credential", async () => {
  const { fetch, log } = serverOf({
    "GET /version": ({ headers }) => {
      assertEquals(headers.get("authorization"), null);
      return { version: "1.1" };
    },
  });
  const transport = httpTransport({ fetch });
  const info = await getServerInfo({ uri: URI, env: {}, transport });
  assertEquals(info.version, "1.1");
  assertEquals(log, ["GET /version"]);
});

/** Every shape that failures have. */
const FAILURES: readonly (readonly [string, number, unknown, string])[] = [
  ["an exception", 400, {
    status: "Error",
    error: { message: "Not so", file: "task.py", lineno: 7 },
  }, "Not so"],
  ["a helper", 400, {
    status: "Error",
    error: { error: "Bad request", lineno: [7] },
  }, "Bad request"],
  ["an unknown path", 404, { detail: "Not Found" }, "Not Found"],
  [
    "a wrong parameter",
    422,
    {
      detail: [{
        type: "missing",
        loc: ["query", "token"],
        msg: "Field required",
      }],
    },
    "Field required (query.token)",
  ],
  ["an error without words", 400, { status: "Error" }, "HTTP 400"],
  ["a page of a proxy", 502, "<h1>Bad gateway</h1>", "HTTP 502"],
  ["nothing at all", 500, "", "HTTP 500"],
];

for (const [who, status, body, words] of FAILURES) {
  Deno.test(`the failure of ${who} is told in its words`, () =>
    withSession({
      "DELETE /task": () =>
        new Response(typeof body === "string" ? body : JSON.stringify(body), {
          status,
        }),
    }, async (session) => {
      await assertRejects(
        () => terminate(session, "tk_1"),
        RocketRideException,
        words,
      );
    }));
}

Deno.test("an object that failed rejects, although everything else is OK", () =>
  withSession({
    "POST /task/data": afterBody(() => ({
      objectsRequested: 1,
      objectsCompleted: 0,
      resultTypes: {},
      objects: {
        body: { status: "Error", error: { message: "No lane", lineno: 1 } },
      },
    })),
  }, async (session) => {
    await assertRejects(
      () => send(session, "tk_1", "x"),
      PipeException,
      "No lane",
    );
  }));

Deno.test("an error inside an object that is OK rejects with the result", () =>
  withSession({
    "POST /task/data": afterBody(() =>
      objectOf({ error: { message: "No model" } })
    ),
  }, async (session) => {
    const error = await assertRejects(
      () => send(session, "tk_1", "x"),
      ExecutionException,
      "No model",
    );
    assertEquals(error.result?.objectId, "o");
  }));

Deno.test("an answer without the object is a failure", () =>
  withSession({
    "POST /task/data": afterBody(() => ({ objects: {} })),
  }, async (it) => {
    await assertRejects(
      () => send(it, "tk_1", "x"),
      PipeException,
      "no result",
    );
  }));

for (const resultTypes of [undefined, {}]) {
  Deno.test(`a result without lanes has no types (${JSON.stringify(resultTypes)})`, () =>
    withSession({
      "POST /task/data": afterBody(() => ({
        objects: { body: { objectId: "o", status: "OK", name: "n" } },
        resultTypes,
      })),
    }, async (session) => {
      const result = await send(session, "tk_1", "x");
      assertEquals(result, { objectId: "o", name: "n" } as typeof result);
    }));
}

const BYTES = new TextEncoder().encode("one two three");
const NAMES = [
  "a b (1).txt",
  "100%41.txt",
  'say "hi".txt',
  "größe 日.txt",
];

for (const name of NAMES) {
  for (const streaming of [true, false]) {
    Deno.test(`bytes of the name ${name} arrive under that name, ${streaming ? "streamed" : "held back"}`, () =>
      withSession({
        "POST /task/data": async ({ headers, request }) => {
          // Readers of this header decode nothing.
          const plain = headers.get("content-disposition");
          assertEquals(
            plain,
            name === NAMES[0] ? `attachment; filename="${name}"` : null,
          );
          if (plain) return objectOf({ text: [await request.text()] });
          const file = (await request.formData()).get("body") as File;
          assertEquals(file.name.replaceAll("%22", '"'), name);
          assertEquals(file.type, "image/png");
          return objectOf({ text: [await file.text()] });
        },
      }, async (session) => {
        const { text } = await send(session, "tk_1", BYTES, {
          objinfo: { name },
          mimeType: "image/png",
        });
        assertEquals(text, ["one two three"]);
      }, { streaming }));
  }
}

for (const streaming of [true, false]) {
  const way = streaming ? "streamed" : "held back";

  Deno.test(`an object that is ${way} is one request`, () =>
    withSession({
      "POST /task/data": async ({ headers, request }) => {
        assertEquals(headers.get("content-type"), "image/png");
        return objectOf({ text: [await request.text()] });
      },
    }, async (session, log) => {
      const target = await pipe(session, "tk_1", { mimeType: "image/png" });
      const writer = target.getWriter();
      for (const word of ["one ", "two ", "three"]) await writer.write(word);
      await writer.close();
      const { text, result_types } = await target.result;
      assertEquals([text, result_types], [["one two three"], { text: "text" }]);
      assertEquals(log, ["POST /task/data?token=tk_1"]);
    }, { streaming }));

  Deno.test(`when the network fails an object that is ${way}, all others go on`, () => {
    const failed = deferred<void>();
    return withSession({
      "POST /task/data": async ({ headers, request }) => {
        if (headers.has("content-disposition")) {
          const text = await request.text();
          await failed.promise;
          return objectOf({ text: [text] });
        }
        await request.body?.cancel();
        throw new TypeError("Network is down");
      },
      "GET /services": async () => {
        await failed.promise;
        return { services: {} };
      },
    }, async (session) => {
      const objinfo = { name: "other" };
      const other = send(session, "tk_1", BYTES, { objinfo });
      const asking = getServices(session);
      const error = await assertRejects(
        () => send(session, "tk_1", new Uint8Array(1)),
        ConnectionException,
        "Network is down",
      );
      assertEquals(error.code, "connection-lost");
      assertEquals([error.sent, error.retryable], [true, true]);
      failed.resolve();
      assertEquals((await other).text, ["one two three"]);
      assertEquals(await asking, {});
    }, { streaming });
  });
}

Deno.test("an engine that refuses in the middle of a stream fails the write that waits", () => {
  const begun = deferred<ReadableStream>();
  return withSession({
    "POST /task/data": async ({ request }) => {
      const reader = request.body!.getReader();
      await reader.read();
      reader.releaseLock();
      begun.resolve(request.body!);
      return Response.json({ detail: "Too much" }, { status: 413 });
    },
  }, async (session) => {
    const target = await pipe(session, "tk_1", { frameBytes: 4096 });
    const writer = target.getWriter();
    await writer.write(new Uint8Array(4096));
    const body = await begun.promise;
    const error = await assertRejects(async () => {
      for (;;) await writer.write(new Uint8Array(4096));
    }, PipeException);
    assertEquals(error.message, "Too much");
    await assertRejects(() => target.result, PipeException);
    // One that stays open would keep the process alive.
    await assertRejects(async () => {
      for await (const _ of body);
    });
  }, { streaming: true });
});

Deno.test("what is too large to be held is refused, and nothing of it is sent", () =>
  withSession({}, async (session, log) => {
    const error = await assertRejects(
      () => send(session, "tk_1", new Uint8Array(5_000)),
      PipeException,
      "4096 bytes at most",
    );
    assertEquals(error.phase, "write");
    assertEquals(log, []);
  }, { streaming: false, bufferBytes: 4096 }));

Deno.test("what HTTP cannot carry is refused with advice, before any traffic", () =>
  withSession({}, async (session, log) => {
    const refused = [
      () => events(session, "*", { types: ["TASK"] }),
      () => use(session, { pipeline, ttl: 60 }),
      () => use(session, { pipeline, useExisting: true }),
      () => use(session, { pipeline, args: ["--x"] }),
      () => use(session, { pipeline, teamId: "t" }),
      () => use(session, { pipeline, name: "Mine" }),
      () => pipe(session, "tk_1", { provider: "webhook" }),
      () => chat(session, "tk_1", "Why?", { provider: "chat" }),
      () => pipe(session, "tk_1", { framing: "chunk" }),
    ];
    for (const run of refused) {
      const error = await assertRejects(run, ValidationException, "over HTTP");
      assertEquals(error.code, "not-supported");
      assert(error.hint?.includes("webSocketTransport"));
    }
    assertEquals(log, []);
  }));

Deno.test("closing a session ends the requests that are under way", async () => {
  const asked = deferred<AbortSignal>();
  await withSession({
    "GET /services": ({ request }) => {
      asked.resolve(request.signal);
      return new Promise((_, reject) => {
        request.signal.addEventListener("abort", () => {
          reject(request.signal.reason);
        });
      });
    },
  }, async (session) => {
    const asking = getServices(session);
    const signal = await asked.promise;
    await close(session);
    await assertRejects(() => asking, ConnectionException);
    assert(signal.aborted);
  });
});

Deno.test("a session over HTTP has no line to lose: it lives on after the network failed", async () => {
  let up = false;
  const { fetch, log } = serverOf({
    "GET /services": () => {
      if (!up) throw new TypeError("Network is down");
      return { services: {} };
    },
  });
  const told: string[] = [];
  const session = await connect({
    uri: URI,
    auth: "key",
    env: {},
    persist: true,
    random: () => 0,
    transport: httpTransport({ fetch }),
    onConnected: () => void told.push("connected"),
    onDisconnected: () => void told.push("disconnected"),
  });
  await assertRejects(() => getServices(session), ConnectionException);
  up = true;
  assertEquals(await getServices(session), {});
  await close(session);
  assertEquals(log, ["GET /services", "GET /services"]);
  assertEquals(told, ["connected", "disconnected"]);
});

Deno.test("a proxy whose engine is away says nothing about the credential", async () => {
  for (const status of [404, 429, 500, 502, 503]) {
    const { fetch } = serverOf({
      "GET /status": () => new Response("<h1>Sorry</h1>", { status }),
    });
    const transport = httpTransport({ fetch });
    const error = await assertRejects(
      () => connect({ uri: URI, auth: "key", env: {}, transport }),
      ConnectionException,
      `HTTP ${status}`,
    );
    assertFalse(error instanceof AuthenticationException);
    assertEquals([error.code, error.retryable], ["connection-failed", true]);
  }
});

Deno.test("a session that persists waits for an engine behind a proxy", async () => {
  let asked = 0;
  const { fetch } = serverOf({
    "GET /status": () =>
      asked++ < 2 ? new Response("Sorry", { status: 503 }) : ok(),
  });
  const session = await connect({
    uri: URI,
    auth: "key",
    env: {},
    persist: true,
    random: () => 0,
    transport: httpTransport({ fetch }),
  });
  assertEquals(asked, 3);
  await close(session);
});

Deno.test("what a platform attaches to the signal of a request goes with the request", async () => {
  const signals: (AbortSignal | null | undefined)[] = [];
  const transport = httpTransport({
    fetch: (_, init) => {
      signals.push(init?.signal);
      return Promise.resolve(ok());
    },
  });
  const session = await connect({ uri: URI, auth: "key", env: {}, transport });
  for (let at = 0; at < 3; at++) await ping(session);
  await close(session);
  assertEquals(new Set(signals).size, 4);
  assertEquals(signals.map((signal) => signal?.aborted), Array(4).fill(false));
});

Deno.test("a dial whose signal has aborted asks for nothing", async () => {
  const { fetch, log } = serverOf({});
  const unheard = { onMessage(): void {}, onClose(): void {} };
  const options = { clock: systemClock(), timeout: 1_000 };
  const signal = AbortSignal.abort("over");
  const thrown = await Promise.try(() =>
    httpTransport({ fetch }).dial(new URL(URI), unheard, { ...options, signal })
  ).catch((reason) => reason);
  assertEquals([thrown, log], ["over", []]);
});

Deno.test("a request without an answer ends the line of an owner who knows nothing else, and is traced", async () => {
  const failing = httpTransport({
    fetch: () => Promise.reject(new TypeError("Network is down")),
  });
  const records: unknown[] = [];
  const ended: CloseInfo[] = [];
  const lost: [number, Error][] = [];
  const traced = withTrace(failing, (record) => records.push(record));
  const request: Message = { type: "request", seq: 7, command: "rrext_ping" };
  const url = new URL(URI);
  const dialling = { clock: systemClock(), signal: null, timeout: 1_000 };
  await new Promise<void>((resolve) => {
    traced.dial(url, {
      onMessage: () => {},
      onClose(info): void {
        ended.push(info);
        resolve();
      },
    }, dialling).then((line) => line.send(request));
  });
  assertEquals(ended[0]?.code, 1006);
  assertEquals(ended[0]?.reason, "Network is down");
  records.length = 0;
  await new Promise<void>((resolve) => {
    traced.dial(url, {
      onMessage: () => {},
      onClose: (info) => ended.push(info),
      onUnanswered(seq, error): void {
        lost.push([seq, error]);
        resolve();
      },
    }, dialling).then((line) => line.send(request));
  });
  assertEquals(ended.length, 1);
  assertEquals(lost[0]?.[0], 7);
  assertEquals(records.at(-1), {
    kind: "unanswered",
    seq: 7,
    error: lost[0]?.[1],
  });
});

Deno.test("a pipe that the engine has refused is not known any more", () =>
  withSession({
    "POST /task/data": async ({ request }) => {
      await request.body?.cancel();
      return Response.json({ detail: "Access denied" }, { status: 403 });
    },
  }, async (session) => {
    const ask = (subcommand: string, args = {}): Promise<Answer> =>
      call(session, "rrext_process", { subcommand, ...args }, { task: "tk_1" });
    const { pipe_id } = await ask("open", { mimeType: "image/png" });
    const data = new Uint8Array(1);
    const denied = await assertRejects(async () => {
      for (;;) await ask("write", { pipe_id, data });
    }, RocketRideException);
    assertEquals(denied.message, hinted("Access denied", denied.hint));
    const gone = await assertRejects(
      () => ask("close", { pipe_id }),
      RocketRideException,
    );
    assertEquals(
      gone.message,
      hinted(`Write pipe with id ${pipe_id} not found`, gone.hint),
    );
  }, { streaming: true }));
