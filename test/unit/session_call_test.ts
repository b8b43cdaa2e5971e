import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionException,
  ExecutionException,
  RocketRideException,
  TimeoutException,
} from "../../lib/errors.ts";
import {
  buildRequest,
  call,
  type CommandOptions,
  dapRequest,
  request,
} from "../../lib/session/call.ts";
import {
  close,
  getApiKey,
  getConnectionInfo,
  isConnected,
} from "../../lib/session/connection.ts";
import { connect } from "../../lib/session/connect.ts";
import type { Session } from "../../lib/session/session.ts";
import { didFail } from "../../schema/envelope.ts";
import { countingSignal } from "../support/counting_signal.ts";
import { fakeClock } from "../support/fake_clock.ts";
import {
  type Script,
  type ScriptedServer,
  scriptedServer,
  silent,
  type Target,
  type Way,
  WAYS,
} from "../support/scripted_server.ts";
import { hinted } from "../support/hinted.ts";

async function withSession(
  target: Way | ((server: ScriptedServer) => Target & object),
  script: Script,
  body: (session: Session, server: ScriptedServer) => Promise<void>,
): Promise<void> {
  await using server = scriptedServer(script);
  const session = await connect(
    typeof target === "string" ? server.target(target) : target(server),
  );
  await body(session, server);
  await close(session);
}

const ECHO: Script = {
  echo: ({ arguments: args, token }) => ({ args, token }),
  bare: () => undefined,
  never: silent,
  refuse(): never {
    throw new Error("Your pipeline is not running");
  },
};

for (const way of WAYS) {
  Deno.test(`call() gives the body of the answer (${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      const { args } = await call(session, "echo", { a: 1, b: [null, "ü"] });
      assertEquals(args, { a: 1, b: [null, "ü"] });
    });
  });

  Deno.test(`call() gives an empty body where the engine sent none (C32, ${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      assertEquals(await call(session, "bare"), {});
    });
  });

  Deno.test(`call() sends a task's token where both generations look, and payload behind the header (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      const args = { subcommand: "write" };
      for (const task of ["tk_1", { token: "tk_1" }]) {
        await call(session, "echo", args, { task, data: "a\nb" });
        assertEquals(server.requests.at(-1)?.token, "tk_1");
        assertEquals(server.requests.at(-1)?.arguments, {
          subcommand: "write",
          token: "tk_1",
          data: new TextEncoder().encode("a\nb"),
        });
      }
      assertEquals(args, { subcommand: "write" });
    });
  });

  Deno.test(`a refusal rejects with the engine's words, our code and our hint (${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      const error = await assertRejects(
        () => call(session, "refuse"),
        RocketRideException,
      );
      assertEquals(error.name, "RocketRideException");
      assertEquals(
        error.message,
        hinted("Your pipeline is not running", error.hint),
      );
      assertEquals(error.code, "task-not-running");
      assert(error.hint);
      assertEquals(error.dapResult.success, false);
      assert(isConnected(session));
    });
  });

  Deno.test(`a refusal becomes the exception that was asked for (${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      const error = await assertRejects(
        () => call(session, "refuse", {}, { exception: ExecutionException }),
        ExecutionException,
      );
      assertEquals(error.code, "task-not-running");
    });
  });

  Deno.test(`a command that the engine does not know is refused (${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      const error = await assertRejects(
        () => call(session, "rrext_nothing"),
        RocketRideException,
        "Invalid command: rrext_nothing",
      );
      assertEquals(error.code, "unknown-command");
    });
  });

  Deno.test(`an abort rejects with the reason itself, and the session lives on (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      const source = countingSignal();
      const { signal } = source;
      const waiting = call(session, "never", {}, { signal });
      await server.received("never");
      source.abort({ my: "reason" });
      assertStrictEquals(
        await waiting.catch((thrown) => thrown),
        signal.reason,
      );
      assertEquals(source.listeners, 0);
      assertEquals(await call(session, "bare"), {});
    });
  });

  Deno.test(`answers reach their calls in whatever order they come (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      const waiting = [1, 2, 3].map((n) => call(session, "never", { n }));
      await server.received("never", 2);
      const line = await server.line();
      for (const asked of line.requests.slice(1).reverse()) {
        line.reply(asked, { n: asked.arguments?.n });
      }
      assertEquals(await Promise.all(waiting), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    });
  });

  Deno.test(`request() gives a refusal as it came (${way})`, async () => {
    await withSession(way, ECHO, async (session) => {
      const message = buildRequest("refuse");
      const response = await request(session, message);
      assert(didFail(response));
      assertEquals(response.message, "Your pipeline is not running");
      assertEquals(response.command, "refuse");
    });
  });

  Deno.test(`a request may be sent again and again, and is not changed (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      const message = buildRequest("echo", {
        token: "tk_1",
        data: Uint8Array.of(1, 10),
      });
      const before = structuredClone(message);
      await request(session, message);
      await request(session, message);
      assertEquals(message, before);
      const [, first, second] = server.requests;
      assertEquals(second!.seq, first!.seq + 1);
      assertEquals(first?.arguments, {
        token: "tk_1",
        data: Uint8Array.of(1, 10),
      });
    });
  });

  Deno.test(`a request without arguments or token is sent without them (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      await request(session, { type: "request", seq: 0, command: "echo" });
      assertEquals(Object.keys(server.requests.at(-1)!).sort(), [
        "command",
        "seq",
        "type",
      ]);
    });
  });

  Deno.test(`dapRequest() builds and sends in one (${way})`, async () => {
    await withSession(way, ECHO, async (session, server) => {
      const response = await dapRequest(session, "echo", { a: 1 }, {
        token: "tk_1",
        data: "x",
      });
      assertFalse(didFail(response));
      assertEquals(server.requests.at(-1)?.arguments, {
        a: 1,
        token: "tk_1",
        data: new TextEncoder().encode("x"),
      });
    });
  });
}

Deno.test("a call has the session's time limit, or its own", async () => {
  const clock = fakeClock();
  await withSession(
    (server) => ({ ...server.target("memory"), clock, requestTimeout: 500 }),
    ECHO,
    async (session) => {
      const limits: number[] = [];
      for (const options of [{}, { timeout: 100 }, { timeout: undefined }]) {
        call(session, "never", {}, options).catch((error) => {
          assertInstanceOf(error, TimeoutException);
          limits.push(error.timeout);
        });
      }
      await clock.advance(100);
      assertEquals(limits, [100]);
      await clock.advance(400);
      assertEquals(limits, [100, 500, 500]);
    },
  );
});

Deno.test("a call without a limit of anybody's takes 30 s at most", async () => {
  const clock = fakeClock();
  await withSession(
    (server) => ({ ...server.target("memory"), clock }),
    ECHO,
    async (session) => {
      const waiting = call(session, "never");
      const failed = assertRejects(() => waiting, TimeoutException);
      await clock.advance(30_000);
      assertEquals((await failed).timeout, 30_000);
    },
  );
});

Deno.test("a limit that is none is refused before anything is sent", async () => {
  await withSession("memory", ECHO, async (session, server) => {
    for (const timeout of [0, -1, NaN]) {
      const error = await assertRejects(
        () => call(session, "echo", {}, { timeout }),
        RangeError,
      );
      assertEquals(
        error.message,
        `Cannot use timeout ${timeout}: expected milliseconds above 0`,
      );
    }
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("a signal that has aborted before sends nothing", async () => {
  await withSession("memory", ECHO, async (session, server) => {
    const signal = AbortSignal.abort("over");
    const waiting = call(session, "echo", {}, { signal });
    assertEquals(await waiting.catch((thrown) => thrown), "over");
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("a call that cannot be put into a frame rejects, and leaves nothing waiting", async () => {
  await withSession("socket", ECHO, async (session, server) => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const bad of [circle, { big: 1n }]) {
      const source = countingSignal();
      await assertRejects(
        () => call(session, "echo", bad, { signal: source.signal }),
        TypeError,
      );
      assertEquals(source.listeners, 0);
    }
    assertEquals(await call(session, "bare"), {});
    assertEquals(server.requests.length, 2);
  });
});

/** Everything that a call can be given wrongly. */
const WRONG: readonly (readonly [string, CommandOptions])[] = [
  ["", {}],
  ["echo", { task: "" }],
  ["echo", { task: {} as { token: string } }],
  ["echo", { task: null as unknown as string }],
  ["echo", { data: 7 as unknown as string }],
];

Deno.test("wrong arguments reject with TypeError before anything is sent", async () => {
  await withSession("memory", ECHO, async (session, server) => {
    for (const [command, options] of WRONG) {
      await assertRejects(
        () => call(session, command, {}, options),
        TypeError,
      );
    }
    await assertRejects(() => dapRequest(session, ""), TypeError);
    assertEquals(server.requests.length, 1);
  });
});

Deno.test("what is no session rejects with TypeError, wherever it is given", async () => {
  const none = {} as Session;
  await assertRejects(() => call(none, "x"), TypeError);
  await assertRejects(() => request(none, buildRequest("x")), TypeError);
  await assertRejects(() => dapRequest(none, "x"), TypeError);
});

Deno.test("getConnectionInfo(), isConnected() and getApiKey() tell about a session", async () => {
  await using server = scriptedServer();
  const session = await connect(server.target("socket"));
  const uri = `${server.uri()}/task/service`;
  assertEquals(getConnectionInfo(session), {
    connected: true,
    transport: "WebSocket",
    uri,
  });
  assertEquals(session.uri, uri);
  assertEquals(getApiKey(session), "a-key");
  assert(isConnected(session));
  const closing = close(session);
  // Closed is closed, although goodbyes are still being said.
  assertFalse(isConnected(session));
  await closing;
  assertEquals(getConnectionInfo(session), {
    connected: false,
    transport: "WebSocket",
    uri,
  });
  assertEquals(getApiKey(session), "a-key");
});

Deno.test("getApiKey() knows nothing of a credential that a function gives, or of none", async () => {
  await using server = scriptedServer();
  for (const auth of [() => "secret", ""]) {
    const session = await connect({ ...server.target("memory"), auth });
    assertEquals(getApiKey(session), undefined);
    await close(session);
  }
});

Deno.test("a call on a line that is gone says that nothing was sent", async () => {
  await withSession("memory", ECHO, async (session, server) => {
    (await server.line()).close(4000);
    await session.closed;
    const error = await assertRejects(
      () => call(session, "echo"),
      ConnectionException,
    );
    assertEquals([error.code, error.sent, error.retryable], [
      "not-connected",
      false,
      true,
    ]);
    assert(error.hint);
  });
});
