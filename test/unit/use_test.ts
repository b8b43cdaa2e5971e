import {
  assert,
  assertEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { ignore } from "../../lib/async.ts";
import {
  ConnectionException,
  ExecutionException,
  ProtocolException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import { close } from "../../lib/session/connection.ts";
import { use, type UseOptions } from "../../lib/task/use.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { drainMicrotasks } from "../support/fake_clock.ts";
import {
  gate,
  type PipeServer,
  pipeServer,
  refusing,
} from "../support/pipe_server.ts";
import type { Script } from "../support/scripted_server.ts";
import { drop, opened, persistRig } from "../support/persist_rig.ts";
import { tempFolder } from "../support/temp_folder.ts";

const STARTED = {
  id: "9f3a11c2.in",
  token: "tk_9f3a11c2",
  publicToken: "pk_1",
  projectId: "p-1",
  source: "in",
  provider: "webhook",
  somethingNew: 1,
};

const pipeline: Pipeline = {
  project_id: "p-1",
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** An engine that starts whatever it is given. */
function starting(script: Script = {}): Promise<PipeServer> {
  return pipeServer({
    execute: () => STARTED,
    terminate: () => {},
    ...script,
  });
}

/** The arguments that `execute` gets for these options. */
async function argumentsOf(
  options: UseOptions,
): Promise<Readonly<Record<string, unknown>>> {
  await using server = await starting();
  await use(server.session, options);
  return server.requests[0]?.arguments ?? {};
}

Deno.test("use() returns the engine's token, and all else that it told", async () => {
  await using server = await starting();
  const task = await use(server.session, { pipeline });
  assertEquals(task.token, "tk_9f3a11c2");
  assertEquals(task.owned, true);
  const { token, publicToken } = task.started;
  assertEquals<object>({ ...task.started, token, publicToken }, STARTED);
  assert(
    !Object.keys({ ...task, ...task.started }).some((name) =>
      name.toLowerCase().includes("token")
    ),
  );
  assertEquals(server.log(), ["execute"]);
});

Deno.test("without options only the pipeline travels: the engine has its own defaults", async () => {
  assertEquals(await argumentsOf({ pipeline }), { pipeline });
  assertEquals(
    await argumentsOf({
      pipeline,
      threads: undefined,
      ttl: undefined,
      name: undefined,
      token: undefined,
    }),
    { pipeline },
  );
});

Deno.test("every option that is given travels under the engine's name for it", async () => {
  const options = {
    token: "mine",
    source: "other",
    threads: 8,
    useExisting: true,
    ttl: 0,
    args: ["--trace", ""],
    name: "Ada's",
    pipelineTraceLevel: "summary",
    teamId: "team-1",
  } as const;
  assertEquals(await argumentsOf({ pipeline, ...options }), {
    pipeline: { ...pipeline, source: "other" },
    ...options,
  });
});

Deno.test("a token of one's own names the new task: it is in the arguments only", async () => {
  await using server = await starting();
  await use(server.session, { pipeline, token: "mine" });
  const [request] = server.requests;
  assertEquals(request?.arguments?.token, "mine");
  assertEquals(request?.token, undefined);
});

Deno.test("what is sent is finished: unwrapped, with its variables, without the environment", async () => {
  const template = {
    pipeline: {
      ...pipeline,
      components: [{
        id: "in",
        provider: "webhook",
        config: { a: "${ROCKETRIDE_A}", b: "${ROCKETRIDE_B}", c: "${OTHER}" },
      }],
    },
  };
  const before = structuredClone(template);
  const env = { ROCKETRIDE_A: "1" };
  const args = await argumentsOf({ pipeline: template, env });
  assertEquals(Object.keys(args), ["pipeline"]);
  const { components } = args.pipeline as Pipeline;
  assertEquals(components[0]?.config, {
    a: "1",
    b: "${ROCKETRIDE_B}",
    c: "${OTHER}",
  });
  assertEquals(template, before);
});

Deno.test("the name comes from the file unless one is given", async () => {
  await using temp = await tempFolder();
  const directory = temp.path;
  const names: readonly (readonly [string, string])[] = [
    ["report.pipe", "report"],
    ["report.pipe.json", "report"],
    ["report.json", "report"],
    ["my report.v2.json", "my report.v2"],
    ["plain", "plain"],
  ];
  for (const [file, name] of names) {
    const path = `${directory}/${file}`;
    await Deno.writeTextFile(path, JSON.stringify({ pipeline }));
    const url = new URL(`file://${path}`);
    for (const filepath of [path, url]) {
      assertEquals((await argumentsOf({ filepath })).name, name);
    }
    const named = await argumentsOf({ filepath: path, name: "given" });
    assertEquals(named.name, "given");
  }
});

Deno.test("an address that is not well-formed names a task as it is written", async () => {
  const start = JSON.stringify({ pipeline });
  const options = { port: 0, hostname: "127.0.0.1", onListen(): void {} };
  await using server = Deno.serve(options, () => new Response(start));
  const origin = `http://127.0.0.1:${server.addr.port}`;
  const filepath = new URL(`${origin}/a%20b/100%.json`);
  assertEquals((await argumentsOf({ filepath })).name, "100%");
  const data = new URL(`data:application/json,${encodeURIComponent(start)}`);
  assertEquals((await argumentsOf({ filepath: data })).name, undefined);
});

Deno.test("numbers out of range are refused before any traffic", async () => {
  await using server = await starting();
  for (const threads of [0, -1, 65, 1.5, NaN, Infinity]) {
    await assertRejects(
      () => use(server.session, { pipeline, threads }),
      RangeError,
      `Cannot use threads of ${threads}: expected 1 to 64`,
    );
  }
  for (const ttl of [-1, NaN, Infinity]) {
    await assertRejects(
      () => use(server.session, { pipeline, ttl }),
      RangeError,
      `Cannot use ttl ${ttl}: expected seconds, or 0`,
    );
  }
  assertEquals(server.log(), []);
});

Deno.test("a pipeline that is none is refused before any traffic", async () => {
  await using server = await starting();
  const broken = { components: 5 } as unknown as Pipeline;
  await assertRejects(
    () => use(server.session, { pipeline: broken }),
    ValidationException,
  );
  await assertRejects(() => use(server.session, {}), ValidationException);
  assertEquals(server.log(), []);
});

Deno.test("a refused start says why in the engine's words and in ours", async () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Pipeline is already running.", "task-exists"],
    ["The service nothing was not found", "service-not-found"],
    ["Permission 'task.control' denied", "permission-denied"],
  ];
  for (const [message, code] of cases) {
    await using server = await starting({
      execute(): never {
        throw new Error(message);
      },
    });
    const error = await assertRejects(
      () => use(server.session, { pipeline }),
      ExecutionException,
      message,
    );
    assertEquals(error.code, code);
    assert(error.hint);
    assertEquals(error.dapResult.success, false);
  }
});

Deno.test("a refusal in unknown words has the code of its kind", async () => {
  await using server = await starting({ execute: refusing("Out of coffee") });
  const error = await assertRejects(
    () => use(server.session, { pipeline }),
    ExecutionException,
    "Out of coffee",
  );
  assertEquals(error.code, "execution-failed");
});

Deno.test("a start that is answered without a token has failed", async () => {
  for (const body of [undefined, {}, { token: "" }, { token: 5 }]) {
    await using server = await starting({ execute: () => body });
    const error = await assertRejects(
      () => use(server.session, { pipeline }),
      ProtocolException,
      "Cannot use the task: expected a token",
    );
    assertEquals(error.dapResult.success, true);
  }
});

Deno.test("a start may take as long as it needs, unless a timeout was set", async () => {
  const starts = gate();
  await using server = await starting({ execute: starts.handler });
  const patient = use(server.session, { pipeline });
  await server.received("execute");
  await server.clock.advance(3_600_000);
  await starts.answer(STARTED);
  assertEquals((await patient).token, STARTED.token);
  const hasty = use(server.session, { pipeline, timeout: 100 });
  hasty.catch(() => {});
  await server.received("execute", 1);
  await server.clock.advance(100);
  await assertRejects(() => hasty, TimeoutException);
});

Deno.test("a start that was given up is terminated as soon as it is reported", async () => {
  for (const how of ["signal", "timeout"]) {
    const starts = gate();
    await using server = await starting({ execute: starts.handler });
    const controller = new AbortController();
    const { signal } = controller;
    const started = use(server.session, { pipeline, signal, timeout: 100 });
    const outcome = assertRejects(() => started);
    await server.received("execute");
    const reason = new Error("no patience");
    if (how === "signal") controller.abort(reason);
    else await server.clock.advance(100);
    const error = await outcome;
    if (how === "signal") assertStrictEquals(error, reason);
    await starts.answer(STARTED);
    assertEquals(server.log(), ["execute", "terminate"]);
    assertEquals(server.requests[1]?.token, STARTED.token);
  }
});

Deno.test("a start that was given up and then failed needs no termination", async () => {
  const answers = [
    (it: ReturnType<typeof gate>) => it.refuse("No"),
    (it: ReturnType<typeof gate>) => it.answer({}),
  ];
  for (const answer of answers) {
    const starts = gate();
    await using server = await starting({ execute: starts.handler });
    const started = use(server.session, { pipeline, timeout: 100 });
    started.catch(() => {});
    await server.received("execute");
    await server.clock.advance(100);
    await assertRejects(() => started, TimeoutException);
    await answer(starts);
    assertEquals(server.log(), ["execute"]);
  }
});

Deno.test("joining a task never ends it, not even when the wait was given up", async () => {
  const starts = gate();
  await using server = await starting({ execute: starts.handler });
  const options = { pipeline, useExisting: true, timeout: 100 };
  const joined = use(server.session, options);
  await server.received("execute");
  await starts.answer(STARTED);
  const task = await joined;
  assertEquals(task.owned, false);
  await task[Symbol.asyncDispose]();
  const second = use(server.session, options);
  second.catch(() => {});
  await server.received("execute", 1);
  await server.clock.advance(100);
  await assertRejects(() => second, TimeoutException);
  await starts.answer(STARTED);
  assertEquals(server.log(), ["execute", "execute"]);
});

Deno.test("disposing a task terminates what it started", async () => {
  await using server = await starting();
  {
    await using task = await use(server.session, { pipeline });
    assertEquals(task.owned, true);
  }
  assertEquals(server.log(), ["execute", "terminate"]);
  const { token, arguments: args } = server.requests[1] ?? {};
  assertEquals(token, STARTED.token);
  assertEquals(args, { token: STARTED.token });
});

Deno.test("disposing a task that has ended, or whose session has, is no failure", async () => {
  await using server = await starting({
    terminate(): never {
      throw new Error("Your pipeline is not running");
    },
  });
  const task = await use(server.session, { pipeline });
  await task[Symbol.asyncDispose]();
  assertEquals(server.log(), ["execute", "terminate"]);
  await close(server.session);
  await task[Symbol.asyncDispose]();
  assertEquals(server.log(), ["execute", "terminate"]);
});

Deno.test("a line that drops during the start rejects with what is known", async () => {
  const starts = gate();
  await using server = await starting({ execute: starts.handler });
  const started = use(server.session, { pipeline });
  started.catch(() => {});
  await server.received("execute");
  server.line.close(1001, "Going away");
  const error = await assertRejects(() => started, ConnectionException);
  assertEquals(error.sent, true);
  await drainMicrotasks();
});

Deno.test("a signal that was aborted before sends nothing", async () => {
  await using server = await starting();
  const signal = AbortSignal.abort("never");
  const reason = await use(server.session, { pipeline, signal }).catch((it) =>
    it
  );
  assertEquals(reason, "never");
  assertEquals(server.log(), []);
});

Deno.test("a start that has waited for a connection is ended if the session closes before its answer", async () => {
  const it = persistRig();
  it.body = { token: "tk_1" };
  it.silent.add("execute");
  const session = await opened(it);
  it.deaf = true;
  const starting = use(session, { pipeline });
  starting.catch(ignore);
  await drainMicrotasks();
  drop(it);
  it.deaf = false;
  await it.clock.advance(1_000);
  const closing = close(session);
  await drainMicrotasks();
  const line = it.transport.dials[1]!;
  const execute = line.sent.at(-1)!.message;
  line.handlers.onMessage({
    type: "response",
    seq: 1,
    request_seq: execute.seq,
    success: true,
    body: { token: "tk_1" },
  });
  await it.clock.advance(5_000);
  await closing;
  await assertRejects(() => starting);
  const commands = line.sent
    .map(({ message }) => "command" in message && message.command);
  assertEquals(commands, ["auth", "execute", "terminate"]);
});
