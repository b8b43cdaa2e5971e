import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ExecutionException,
  ProtocolException,
  RocketRideException,
  TimeoutException,
  ValidationException,
} from "../../lib/errors.ts";
import type { CallOptions, Session } from "../../lib/session/session.ts";
import {
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  listTasks,
} from "../../lib/task/queries.ts";
import { restart } from "../../lib/task/restart.ts";
import { terminate } from "../../lib/task/task.ts";
import { validate } from "../../lib/task/validate.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { gate, pipeServer, refusing } from "../support/pipe_server.ts";
import { type Handler, silent } from "../support/scripted_server.ts";

const NOT_RUNNING = "Your pipeline is not running";
const RUNNING = { state: 3, completed: false, status: "Running" };
const pipeline: Pipeline = {
  source: "in",
  components: [{ id: "in", provider: "webhook", config: {} }],
};

/** Everything that the functions about a running task have in common. */
const ABOUT_A_TASK: Readonly<
  Record<
    string,
    (session: Session, options?: CallOptions) => Promise<unknown>
  >
> = {
  terminate: (session, options) => terminate(session, "tk_1", options),
  restart: (session, options) =>
    restart(session, "tk_1", { pipeline, ...options }),
  rrext_get_task_status: (session, options) =>
    getTaskStatus(session, "tk_1", options),
  rrext_get_pipeline: (session, options) =>
    getTaskPipeline(session, "tk_1", options),
};

Deno.test("calls about a task carry its token twice, whoever names it", async () => {
  for (const [command, ask] of Object.entries(ABOUT_A_TASK)) {
    await using server = await pipeServer({ [command]: silent });
    ask(server.session).catch(() => {});
    const { token, arguments: args } = await server.received(command);
    assertEquals(token, "tk_1");
    assertEquals(args?.token, "tk_1");
  }
  await using server = await pipeServer({ terminate: () => {} });
  await terminate(server.session, { token: "tk_2" });
  assertEquals(server.requests[0]?.token, "tk_2");
});

Deno.test("calls about a task that does not run say so", async () => {
  for (const [command, ask] of Object.entries(ABOUT_A_TASK)) {
    await using server = await pipeServer({ [command]: refusing(NOT_RUNNING) });
    const error = await assertRejects(
      () => ask(server.session),
      RocketRideException,
      NOT_RUNNING,
    );
    assertEquals(error.code, "task-not-running");
    assertEquals(error.dapResult.command, command);
    assert(error.hint);
  }
});

Deno.test("an empty token is refused before any traffic", async () => {
  await using server = await pipeServer();
  const { session } = server;
  const calls = [
    () => terminate(session, ""),
    () => restart(session, "", { pipeline }),
    () => getTaskStatus(session, { token: "" }),
    () => getTaskPipeline(session, undefined as unknown as string),
  ];
  for (const call of calls) {
    await assertRejects(call, TypeError, "Expected a task or its token");
  }
  assertEquals(server.log(), []);
});

Deno.test("calls about a task can be given up", async () => {
  for (const [command, ask] of Object.entries(ABOUT_A_TASK)) {
    await using server = await pipeServer({ [command]: silent });
    const controller = new AbortController();
    const asked = ask(server.session, { signal: controller.signal });
    asked.catch(() => {});
    await server.received(command);
    controller.abort(new Error("stop"));
    await assertRejects(() => asked, Error, "stop");
    const late = ask(server.session, { timeout: 50 });
    late.catch(() => {});
    await server.received(command, 1);
    await server.clock.advance(50);
    await assertRejects(() => late, TimeoutException);
  }
});

Deno.test("terminate() resolves when the engine says that the task has stopped", async () => {
  const stops = gate();
  await using server = await pipeServer({ terminate: stops.handler });
  const stopped = terminate(server.session, "tk_1");
  await server.received("terminate");
  await server.clock.advance(10_000);
  await stops.answer();
  assertEquals(await stopped, undefined);
});

Deno.test("C17 restart() sends the real token and the finished pipeline", async () => {
  const started = { token: "tk_1", provider: "webhook" };
  await using server = await pipeServer({ restart: () => started }, {
    env: { ROCKETRIDE_A: "1" },
  });
  const template: Pipeline = {
    components: [{ id: "in", provider: "p", config: { a: "${ROCKETRIDE_A}" } }],
  };
  const answer = await restart(server.session, { token: "tk_1" }, {
    pipeline: { pipeline: template },
    source: "in",
  });
  const { provider, token } = answer.started;
  assertEquals<object>({ provider, token }, started);
  assertEquals(Object.keys(answer), ["owned", "started"]);
  assertEquals([answer.token, answer.owned], ["tk_1", false]);
  assertEquals(server.requests[0]?.arguments, {
    token: "tk_1",
    pipeline: {
      source: "in",
      components: [{ id: "in", provider: "p", config: { a: "1" } }],
    },
  });
});

Deno.test("restart() refuses what is no pipeline before any traffic, and fails as use() does", async () => {
  await using server = await pipeServer({
    restart: refusing("The service x was not found"),
  });
  await assertRejects(
    () => restart(server.session, "tk_1", {}),
    ValidationException,
  );
  assertEquals(server.log(), []);
  const error = await assertRejects(
    () => restart(server.session, "tk_1", { pipeline }),
    ExecutionException,
  );
  assertEquals(error.code, "service-not-found");
});

Deno.test("restart() waits as long as a start does", async () => {
  const starts = gate();
  await using server = await pipeServer({ restart: starts.handler });
  const restarted = restart(server.session, "tk_1", { pipeline });
  await server.received("restart");
  await server.clock.advance(3_600_000);
  await starts.answer({ token: "tk_1" });
  assertEquals((await restarted).token, "tk_1");
});

Deno.test("restart() without a token in the answer has failed", async () => {
  await using server = await pipeServer({ restart: () => undefined });
  await assertRejects(
    () => restart(server.session, "tk_1", { pipeline }),
    ProtocolException,
    "expected a token",
  );
});

Deno.test("getTaskStatus() returns the whole status, members it does not know included", async () => {
  const status = { ...RUNNING, exitCode: null, somethingNew: [1] };
  await using server = await pipeServer({
    rrext_get_task_status: () => status,
  });
  const answer: object = await getTaskStatus(server.session, "tk_1");
  assertEquals(answer, status);
});

Deno.test("getTaskStatus() refuses an answer that is no status", async () => {
  for (const body of [undefined, {}, { state: "running", completed: false }]) {
    await using server = await pipeServer({
      rrext_get_task_status: () => body,
    });
    await assertRejects(
      () => getTaskStatus(server.session, "tk_1"),
      ProtocolException,
      "Cannot read the answer: expected a task status",
    );
  }
});

Deno.test("getTaskPipeline() returns the pipeline, and refuses anything else", async () => {
  let body: Record<string, unknown> | undefined = { pipeline };
  await using server = await pipeServer({ rrext_get_pipeline: () => body });
  assertEquals(await getTaskPipeline(server.session, "tk_1"), pipeline);
  for (body of [undefined, {}, { pipeline: "none" }]) {
    await assertRejects(
      () => getTaskPipeline(server.session, "tk_1"),
      ProtocolException,
      "Cannot read the answer: expected a pipeline",
    );
  }
});

Deno.test("getTaskToken() asks by project and source, and makes sure that the task runs", async () => {
  await using server = await pipeServer({
    rrext_get_token: () => ({ token: "tk_1" }),
    rrext_get_task_status: () => RUNNING,
  });
  const address = { projectId: "p.1", source: "in" };
  assertEquals(await getTaskToken(server.session, address), "tk_1");
  const [asked, checked] = server.requests;
  assertEquals(asked?.arguments, address);
  assertEquals(asked?.token, undefined);
  assertEquals(checked?.token, "tk_1");
});

Deno.test("getTaskToken() does not return the token of a task that has ended", async () => {
  const ended: readonly Handler[] = [
    () => ({ state: 5, completed: true }),
    refusing(NOT_RUNNING),
  ];
  for (const status of ended) {
    await using server = await pipeServer({
      rrext_get_token: () => ({ token: "tk_1" }),
      rrext_get_task_status: status,
    });
    const address = { projectId: "p", source: "in" };
    assertEquals(await getTaskToken(server.session, address), undefined);
  }
});

Deno.test("getTaskToken() finds nothing where no task runs, or where no token is told", async () => {
  const answers: readonly Handler[] = [
    refusing(NOT_RUNNING),
    () => undefined,
    () => ({ token: "" }),
    () => ({ token: null }),
  ];
  for (const answer of answers) {
    await using server = await pipeServer({ rrext_get_token: answer });
    const address = { projectId: "p", source: "in" };
    assertEquals(await getTaskToken(server.session, address), undefined);
    assertEquals(server.log(), ["rrext_get_token"]);
  }
});

Deno.test("getTaskToken() reports every other refusal", async () => {
  await using server = await pipeServer({
    rrext_get_token: refusing("Permission 'task.monitor' denied"),
  });
  const error = await assertRejects(
    () => getTaskToken(server.session, { projectId: "p", source: "in" }),
    RocketRideException,
  );
  assertEquals(error.code, "permission-denied");
});

Deno.test("listTasks() returns the list, and refuses anything else", async () => {
  const tasks = [{ name: "n", source: "in", token: "tk_1", status: "Running" }];
  let body: Record<string, unknown> | undefined = { tasks };
  await using server = await pipeServer({ rrext_get_tasks: () => body });
  const listed = await listTasks(server.session);
  assertEquals(listed.map((it) => ({ ...it, token: it.token })), tasks);
  assert(!Object.keys(listed[0]!).includes("token"));
  assertEquals(server.requests[0]?.token, undefined);
  for (body of [undefined, {}, { tasks: {} }]) {
    await assertRejects(
      () => listTasks(server.session),
      ProtocolException,
      "Cannot read the answer: expected a task list",
    );
  }
});

Deno.test("validate() sends the pipeline as use() would, and faults are a result", async () => {
  const errors = [{ message: "Unknown lane", id: "in" }];
  await using server = await pipeServer(
    { rrext_validate: () => ({ errors }) },
    {
      env: { ROCKETRIDE_A: "1" },
    },
  );
  const wrapped = {
    pipeline: { components: [{ id: "in", provider: "${ROCKETRIDE_A}" }] },
  };
  const result = await validate(server.session, {
    pipeline: wrapped,
    source: "in",
  });
  assertEquals(result, { errors, warnings: [] });
  assertEquals(server.requests[0]?.arguments, {
    pipeline: { source: "in", components: [{ id: "in", provider: "1" }] },
    source: "in",
  });
});

Deno.test("validate() takes an empty answer for a sound pipeline", async () => {
  await using server = await pipeServer({ rrext_validate: () => undefined });
  const result = await validate(server.session, { pipeline });
  assertEquals(result, { errors: [], warnings: [] });
  assertEquals(server.requests[0]?.arguments, { pipeline });
});

Deno.test("validate() reports what the engine cannot even look at", async () => {
  const message = "Pipeline does not have a source component defined";
  await using server = await pipeServer({ rrext_validate: refusing(message) });
  const error = await assertRejects(
    () => validate(server.session, { pipeline }),
    ValidationException,
    message,
  );
  assertEquals(error.code, "invalid-pipeline");
  await assertRejects(
    () => validate(server.session, { pipeline: {} as Pipeline }),
    ValidationException,
    'expected a pipeline with "components"',
  );
  assertEquals(server.log(), ["rrext_validate"]);
});

Deno.test("a team's deployed run is found and restarted by its team, which nobody else is told", async () => {
  await using server = await pipeServer({
    rrext_get_token: () => ({ token: "tk_1" }),
    rrext_get_task_status: () => ({ state: 3, completed: false }),
    restart: () => ({ token: "tk_1" }),
  });
  const { session } = server;
  const address = { projectId: "p", source: "in" };
  const pipeline = { components: [] };
  assertEquals(
    await getTaskToken(session, { ...address, teamId: "t" }),
    "tk_1",
  );
  await getTaskToken(session, address);
  await restart(session, "tk_1", { pipeline, teamId: "t" });
  await restart(session, "tk_1", { pipeline });
  const teams = server.requests
    .filter(({ command }) => command !== "rrext_get_task_status")
    .map((it) => it.arguments?.teamId);
  assertEquals(teams, ["t", undefined, "t", undefined]);
});
