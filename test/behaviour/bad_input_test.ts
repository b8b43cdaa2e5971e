import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  AuthenticationException,
  connect,
  ConnectionException,
  ExecutionException,
  isConnected,
  ping,
  pipe,
  PipeException,
  send,
  terminate,
  TimeoutException,
  use,
  ValidationException,
} from "@rocketride/streams";
import type { Pipeline } from "@rocketride/streams/schema";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { QUESTIONS, TEXT } from "../support/pipelines.ts";
import { refuseLogin, silent } from "../support/scripted_server.ts";
import { forEachWay } from "../support/each_way.ts";

const QUESTION = "application/rocketride-question";

/** A port of this machine where nobody listens. */
async function deadPort(): Promise<number> {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen(): void {} },
    () => new Response(),
  );
  await server.shutdown();
  return server.addr.port;
}

// The address and the credential.

Deno.test("an engine that cannot be reached", async () => {
  const uri = `127.0.0.1:${await deadPort()}`;
  const error = await assertRejects(
    () => connect({ uri, auth: "key", env: {} }),
    ConnectionException,
    `Cannot connect to "ws://${uri}/task/service"`,
  );
  assertEquals(error.code, "connection-failed");
  assertEquals(error.retryable, true);
  assertFalse(error.sent);
});

Deno.test("an address that is none", async () => {
  for (const uri of ["ftp://host", "host:0", "http://", "a b", "u:p@host"]) {
    const error = await assertRejects(
      () => connect({ uri, auth: "key", env: {} }),
      ValidationException,
    );
    assertEquals(error.code, "invalid-uri");
    assert(!error.message.includes("u:p"));
  }
});

Deno.test("no credential for an engine on another machine", async () => {
  const error = await assertRejects(
    () => connect({ uri: "wss://engine.example", env: {} }),
    ValidationException,
    'Cannot connect to "engine.example:5565" without a credential',
  );
  assertEquals(error.code, "missing-credential");
  assert(error.hint?.includes("ROCKETRIDE_APIKEY"));
});

Deno.test("a credential that would travel unencrypted", async () => {
  const error = await assertRejects(
    () => connect({ uri: "ws://engine.example", auth: "my-key", env: {} }),
    ValidationException,
  );
  assertEquals(error.code, "insecure-credential");
  assert(!`${error.message}${error.hint}`.includes("my-key"));
});

forEachWay(
  "a credential that the engine refuses",
  { auth: refuseLogin() },
  async (server, way) => {
    const target = await server.target(way);
    const error = await assertRejects(
      () => connect(target),
      AuthenticationException,
      "Invalid API key",
    );
    assertEquals(error.code, "authentication-refused");
    assertFalse(error.retryable);
    assertEquals(server.requests.length, 1);
  },
);

forEachWay(
  "an engine that is silent at the login",
  { auth: silent },
  async (server, way) => {
    const target = await server.target(way);
    const error = await assertRejects(
      () => connect({ ...target, timeout: 50 }),
      TimeoutException,
    );
    assertEquals(error.code, "timeout");
    assert(error.timeout <= 50);
  },
);

forEachWay(
  "an engine that is silent in the middle of a call",
  { rrext_ping: silent },
  async (server, way) => {
    await using session = await connect(await server.target(way));
    const error = await assertRejects(
      () => ping(session, { timeout: 50 }),
      TimeoutException,
      'No answer to "rrext_ping" within 50 ms',
    );
    assertEquals(error.timeout, 50);
    assert(isConnected(session));
  },
);

// The pipeline.

forEveryTransport("a pipeline that is not JSON", async (options) => {
  await using session = await connect(options);
  const error = await assertRejects(
    () => use(session, { pipeline: new URL("data:,{half") }),
    ValidationException,
    "it is not JSON",
  );
  assertEquals(error.code, "invalid-pipeline");
});

forEveryTransport("a pipeline without components", async (options) => {
  await using session = await connect(options);
  for (const pipeline of [{}, { pipeline: {} }, []]) {
    const error = await assertRejects(
      () => use(session, { pipeline: pipeline as unknown as Pipeline }),
      ValidationException,
      'expected a pipeline with "components"',
    );
    assertEquals(error.code, "invalid-pipeline");
  }
});

forEveryTransport(
  "a pipeline with a provider that the engine does not have",
  async (options) => {
    await using session = await connect(options);
    const pipeline: Pipeline = {
      source: "in",
      components: [{ id: "in", provider: "nothing", config: {} }],
    };
    const error = await assertRejects(
      () => use(session, { pipeline }),
      ExecutionException,
      "The service nothing was not found",
    );
    assertEquals(error.code, "service-not-found");
  },
);

forEveryTransport("a file that is not there", async (options) => {
  await using session = await connect(options);
  const error = await assertRejects(
    () => use(session, { filepath: "no/such.pipe" }),
    ValidationException,
    'Cannot read "no/such.pipe"',
  );
  assertEquals(error.code, "file-not-found");
});

// The task.

forEveryTransport("a token that is wrong", async (options) => {
  await using session = await connect(options);
  const error = await assertRejects(
    () => send(session, { token: "tk_wrong" }, "a"),
    PipeException,
    "Your pipeline is not running",
  );
  assertEquals(error.code, "task-not-running");
  await assertRejects(() => send(session, "", "a"), TypeError);
});

// Over HTTP there is no answer before the end of the object.
forEachTransport("a wrong token fails the opening of a pipe", async (it) => {
  await using session = await connect(it);
  const error = await assertRejects(
    () => pipe(session, "tk_wrong"),
    PipeException,
    "Your pipeline is not running",
  );
  assertEquals(error.phase, "open");
});

forEveryTransport("a task that was terminated", async (options) => {
  await using session = await connect(options);
  const task = await use(session, { pipeline: TEXT });
  await terminate(session, task);
  const error = await assertRejects(
    () => send(session, task, "a"),
    PipeException,
  );
  assert(["task-not-running", "task-ended"].includes(error.code));
  assert(error.hint?.includes("use()"));
});

// The data.

forEveryTransport("a write after the close", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  const target = await pipe(session, task);
  const writer = target.getWriter();
  await writer.close();
  await assertRejects(() => writer.write("late"), TypeError);
  await target.result;
});

forEveryTransport("a chunk that is neither bytes nor text", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT, threads: 1 });
  for (const chunk of [5, null, undefined, {}, [1], true]) {
    const target = await pipe(session, task);
    const writing = target.getWriter().write(chunk as unknown as string);
    const error = await assertRejects(
      () => writing,
      TypeError,
      "Cannot write a chunk of type",
    );
    assertStrictEquals(await assertRejects(() => target.result), error);
  }
});

forEveryTransport("a chunk of zero bytes", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  const target = await pipe(session, task, { mimeType: "text/plain" });
  const writer = target.getWriter();
  for (const chunk of ["", "a", new Uint8Array(0), "b", ""]) {
    await writer.write(chunk);
  }
  await writer.close();
  assertEquals((await target.result).text, ["ab\n\n"]);
});

forEveryTransport(
  "text that ends in the middle of a character",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT, threads: 1 });
    const cut = Uint8Array.of(0x61, 0xe2, 0x82);
    const target = await pipe(session, task, { mimeType: "text/plain" });
    const writer = target.getWriter();
    await writer.write(cut);
    const error = await assertRejects(
      () => writer.close(),
      ValidationException,
      "Cannot send text that is not UTF-8",
    );
    assertEquals(error.code, "invalid-chunk");
    assert(error.hint?.includes("charset"));
    await assertRejects(
      () => send(session, task, cut, { mimeType: "text/plain" }),
      ValidationException,
    );
    assertEquals((await send(session, task, "ok")).text, ["ok\n\n"]);
  },
);

forEveryTransport("a question that is not JSON", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: QUESTIONS, threads: 1 });
  const error = await assertRejects(
    () => send(session, task, "Who are you?", { mimeType: QUESTION }),
    ValidationException,
    "it is not one JSON document",
  );
  assertEquals(error.code, "invalid-chunk");
  assert(!Deno.inspect(error).includes("Who are you"));
  const target = await pipe(session, task, { mimeType: QUESTION });
  const writing = target.getWriter().write('{"half":');
  await assertRejects(() => writing, ValidationException);
  const asked = { questions: [{ text: "Who?" }] };
  const result = await send(session, task, JSON.stringify(asked), {
    mimeType: QUESTION,
  });
  assertEquals((result.questions as unknown[]).length, 1);
});
