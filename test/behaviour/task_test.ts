import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  connect,
  ExecutionException,
  getTaskPipeline,
  getTaskStatus,
  getTaskToken,
  isDAPException,
  listTasks,
  pipe,
  restart,
  RocketRideException,
  send,
  terminate,
  texts,
  use,
  validate,
  ValidationException,
} from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";
import { type Pipeline, TASK_STATE } from "@rocketride/streams/schema";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { bomb, TEXT, through } from "../support/pipelines.ts";
import { hinted } from "../support/hinted.ts";

const ADDRESS = { projectId: "text", source: "in" };

forEveryTransport(
  "terminate() ends a task; repeating it is fine while the engine remembers",
  async (options) => {
    await using session = await connect(options);
    const task = await use(session, { pipeline: TEXT });
    await terminate(session, task);
    const status = await getTaskStatus(session, task);
    assert(status.completed);
    assertEquals(status.state, TASK_STATE.CANCELLED);
    await terminate(session, task);
  },
);

forEveryTransport(
  "terminate() of a task that never was is refused",
  async (options) => {
    await using session = await connect(options);
    const error = await assertRejects(
      () => terminate(session, "tk_never"),
      RocketRideException,
      "Your pipeline is not running",
    );
    assertEquals(error.code, "task-not-running");
  },
);

forEveryTransport(
  "a task that has ended can be started again",
  async (options) => {
    await using session = await connect(options);
    const first = await use(session, { pipeline: TEXT });
    await terminate(session, first);
    await using second = await use(session, { pipeline: TEXT });
    assertEquals((await send(session, second, "a")).text, ["a\n\n"]);
  },
);

forEachTransport(
  "restart() swaps the pipeline under the same token",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const [source, response] = TEXT.components;
    const other: Pipeline = {
      ...TEXT,
      components: [source!, { ...response!, config: { laneName: "other" } }],
    };
    const again = await restart(session, task, { pipeline: other });
    assertEquals(again.token, task.token);
    assertEquals((await send(session, again, "a")).other, ["a\n\n"]);
    assertEquals((await send(session, task, "b")).other, ["b\n\n"]);
  },
);

forEachTransport(
  "restart() returns a task that is owned where its handle was, with its threads",
  async (options) => {
    await using session = await connect(options);
    const pipeline = TEXT;
    const task = await use(session, { pipeline, threads: 2 });
    const joined = await restart(session, task.token, { pipeline });
    assertEquals([joined.owned, joined.threads], [false, undefined]);
    await joined[Symbol.asyncDispose]();
    assertEquals((await getTaskStatus(session, task)).completed, false);
    const owned = await restart(session, task, { pipeline });
    assertEquals([owned.owned, owned.threads], [true, 2]);
    assertEquals(owned.started.source, "in");
    await owned[Symbol.asyncDispose]();
    await assertRejects(() => send(session, task, "late"));
  },
);

forEachTransport(
  "use(), restart() and validate() take the same pipelines",
  async (options) => {
    await using session = await connect(options);
    const filepath = "examples/pipelines/text.pipe.json";
    const file = new URL(`../../${filepath}`, import.meta.url);
    const pipeline: Pipeline = JSON.parse(await Deno.readTextFile(file));
    const json = encodeURIComponent(JSON.stringify({ pipeline }));
    const url = new URL(`data:,${json}`);
    const [source, response] = pipeline.components;
    const config = { laneName: "${ROCKETRIDE_NAME}" };
    const named = { components: [source!, { ...response!, config }] };
    const env = { ROCKETRIDE_NAME: "named" };
    const task = await use(session, { pipeline });
    for (
      const input of [
        { pipeline },
        { pipeline: { pipeline } },
        { pipeline: url },
        { pipeline: file },
        { filepath },
        { filepath: file },
        { pipeline: named, env, source: source!.id },
      ]
    ) {
      assertEquals((await validate(session, input)).errors, []);
      await using started = await use(session, {
        ...input,
        token: crypto.randomUUID(),
        useExisting: true,
      });
      await restart(session, task, input);
      for (const it of [started, task]) {
        const result = await send(session, it, "a");
        assertEquals(texts(result), ["a\n\n"]);
        assertEquals("named" in result, "env" in input);
      }
    }
  },
);

Deno.test("use(), restart() and validate() refuse unknown options", async () => {
  await using engine = createEngine();
  const transport = engine.transport();
  await using session = await connect({ transport, auth: "key", env: {} });
  const flat = TEXT as object;
  for (
    const [call, words] of [
      [() => restart(session, "tk_1", { pipelin: TEXT } as object), "pipeline"],
      [
        () => restart(session, "tk_1", { ...TEXT, ttl: 1 } as object),
        "restart",
      ],
      [() => validate(session, { file: "a" } as object), "filepath"],
      [() => validate(session, flat), "validate(session, { pipeline })"],
      [() => validate(session, undefined as unknown as object), "validate("],
    ] as const
  ) {
    await assertRejects(call, TypeError, words);
  }
});

forEachTransport(
  "restart() of a task that does not run is refused",
  async (options) => {
    await using session = await connect(options);
    const error = await assertRejects(
      () => restart(session, "tk_never", { pipeline: TEXT }),
      ExecutionException,
    );
    assertEquals(error.code, "task-not-running");
  },
);

forEveryTransport(
  "getTaskStatus() counts objects that went through and objects that failed",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    await send(session, task, "abc");
    await send(session, task, "de");
    const status = await getTaskStatus(session, task);
    assertEquals(status.state, TASK_STATE.RUNNING);
    assert(status.serviceUp);
    assertEquals([status.completedCount, status.completedSize], [2, 5]);
    assertEquals(status.failedCount, 0);
    await using failing = await use(session, { pipeline: through("bomb") });
    await assertRejects(() => send(session, failing, "abc"));
    // The slot is freed after the failure was told; one that opens comes later.
    await (await pipe(session, failing)).close();
    const failed = await getTaskStatus(session, failing);
    assertEquals(failed.failedCount, 1);
    assertEquals(failed.errors.length, 1);
  },
  { nodes: [bomb()] },
);

forEachTransport(
  "getTaskPipeline() returns what was sent",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: { pipeline: TEXT } });
    assertEquals(await getTaskPipeline(session, task), TEXT);
  },
);

forEachTransport(
  "getTaskToken() finds a running task by project and source",
  async (options) => {
    await using session = await connect(options);
    assertEquals(await getTaskToken(session, ADDRESS), undefined);
    const task = await use(session, { pipeline: TEXT });
    assertEquals(await getTaskToken(session, ADDRESS), task.token);
    const elsewhere = { ...ADDRESS, source: "out" };
    assertEquals(await getTaskToken(session, elsewhere), undefined);
    await terminate(session, task);
    assertEquals(await getTaskToken(session, ADDRESS), undefined);
  },
);

forEachTransport("listTasks() lists what runs", async (options) => {
  await using session = await connect(options);
  assertEquals(await listTasks(session), []);
  const task = await use(session, { pipeline: TEXT });
  const [entry, ...more] = await listTasks(session);
  assertEquals(more, []);
  assertEquals(entry?.token, task.token);
  assertEquals(entry?.source, "in");
  await terminate(session, task);
  assertEquals(await listTasks(session), []);
});

forEveryTransport(
  "validate() finds nothing wrong with a sound pipeline, and starts nothing",
  async (options) => {
    await using session = await connect(options);
    const result = await validate(session, { pipeline: TEXT });
    assertEquals([result.errors, result.warnings], [[], []]);
    assertEquals(result.pipeline?.chain, ["in", "out"]);
    // What runs would be in the way of this one.
    await using task = await use(session, { pipeline: TEXT });
    assertEquals(task.owned, true);
  },
);

forEveryTransport(
  "validate() returns every fault, as use() would meet it",
  async (options) => {
    await using session = await connect(options);
    const faulty: Pipeline = {
      source: "in",
      components: [
        { id: "in", provider: "webhook", config: {} },
        {
          id: "a",
          provider: "nothing",
          config: {},
          input: [{ lane: "text", from: "in" }],
        },
        {
          id: "b",
          provider: "nowhere",
          config: {},
          input: [{ lane: "text", from: "in" }],
        },
      ],
    };
    const { errors } = await validate(session, { pipeline: faulty });
    assertEquals(errors.map(({ id }) => id), ["a", "b"]);
    const error = await assertRejects(
      () => use(session, { pipeline: faulty }),
      ExecutionException,
    );
    assertEquals(error.message, hinted(errors[0]!.message, error.hint));
  },
);

forEveryTransport(
  "validate() and use() agree on a file of an editor: notes, and two sources",
  async (options) => {
    await using session = await connect(options);
    const text = [{ lane: "text", from: "in" }];
    const questions = [{ lane: "questions", from: "ask" }];
    const llm = { apikey: "${ROCKETRIDE_LLM_KEY}" };
    const pipeline = {
      components: [
        { id: "annotation_1", provider: "annotation", config: {} },
        { id: "in", provider: "webhook", config: {} },
        { id: "out", provider: "response_text", config: {}, input: text },
        { id: "default_2", provider: "default" },
        { id: "ask", provider: "chat", config: {} },
        { id: "llm", provider: "llm_openai", config: llm, input: questions },
        { id: "see", provider: "ocr", config: {}, input: questions },
      ],
    };
    const one = await validate(session, { pipeline, source: "in" });
    assertEquals(one.errors, []);
    assertEquals(one.warnings.map(({ id }) => id), [
      "see",
      "ask",
      "llm",
      "see",
    ]);
    const task = await use(session, { pipeline, source: "in" });
    assertEquals((await send(session, task, "Hi")).text, ["Hi\n\n"]);
    await terminate(session, task);

    const other = await validate(session, { pipeline, source: "ask" });
    assertEquals(other.errors.map(({ id }) => id), ["see", "llm"]);
    const start = (): Promise<unknown> =>
      use(session, { pipeline, source: "ask" });
    const refused = await assertRejects(start);
    assert(isDAPException(refused));
    const [first] = other.errors;
    assertEquals(refused.message, hinted(first!.message, refused.hint));
    const env = { ROCKETRIDE_LLM_KEY: "sk-1" };
    const keyed = await validate(session, { pipeline, source: "ask", env });
    assertEquals(keyed.errors.map(({ id }) => id), ["see"]);
  },
);

forEveryTransport(
  "validate() takes a URL, and needs a source that can be told",
  async (options) => {
    await using session = await connect(options);
    const json = encodeURIComponent(JSON.stringify(TEXT));
    const { errors } = await validate(session, {
      pipeline: new URL(`data:,${json}`),
    });
    assertEquals(errors, []);
    const { source: _, ...sourceless } = TEXT;
    const outcome = await validate(session, { pipeline: sourceless })
      .catch((it) => it);
    assert(outcome instanceof ValidationException);
    assert(isDAPException(outcome, "invalid-pipeline"));
    const named = await validate(session, {
      pipeline: sourceless,
      source: "in",
    });
    assertEquals(named.errors, []);
  },
);
