import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  call,
  connect,
  ExecutionException,
  getTaskStatus,
  isDAPException,
  type PipeSource,
  type ResultWarning,
  send,
  type Session,
  terminate,
  use,
  type UseOptions,
} from "@rocketride/streams";
import type { EventMessage, Pipeline } from "@rocketride/streams/schema";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { DIGEST, QUESTIONS, TEXT, through } from "../support/pipelines.ts";
import { testNode } from "../support/test_nodes.ts";
import { withFiles } from "../support/with_files.ts";

/** A node that fails when an object has arrived. */
const LATE = testNode({
  provider: "late",
  instance: () => ({
    on: { text: () => "consume" },
    closing(): never {
      throw new Error("Too late");
    },
  }),
});

/** Start a pipeline, send one text, and give what the engine made of it. */
async function echo(session: Session, options: UseOptions): Promise<unknown> {
  const task = await use(session, options);
  const result = await send(session, task, "Hello");
  await terminate(session, task);
  return result.text;
}

forEveryTransport(
  "use() starts a pipeline from an object, flat or wrapped",
  async (options) => {
    await using session = await connect(options);
    for (const pipeline of [TEXT, { pipeline: TEXT }]) {
      assertEquals(await echo(session, { pipeline }), ["Hello\n\n"]);
    }
  },
);

forEveryTransport(
  "an object that reaches no component is warned of, with its media type and lane",
  async (options) => {
    const told: [string, ResultWarning][] = [];
    const traced: string[] = [];
    await using session = await connect({
      ...options,
      onWarning(message, warning): void {
        told.push([message, warning]);
        throw new Error("A callback's failure is ignored");
      },
      onTrace(record): void {
        if (record.kind === "warning") traced.push(record.message);
      },
    });
    const task = await use(session, { pipeline: TEXT });
    const bytes = new TextEncoder().encode("Hello");
    const png = new File([bytes], "a.png", { type: "image/png" });
    assertEquals((await send(session, task, bytes)).text, undefined);
    assertEquals((await send(session, task, png)).text, undefined);
    assertEquals((await send(session, task, "Hello")).text, ["Hello\n\n"]);
    const [first, second] = told;
    assertEquals(
      told.map(([, { kind, mimeType, lanes }]) => [kind, mimeType, lanes]),
      [
        ["empty-result", "application/octet-stream", ["tags"]],
        ["empty-result", "image/png", ["image", "tags"]],
      ],
    );
    assertStringIncludes(
      first![0],
      'media type "application/octet-stream" takes lane "tags" of the source',
    );
    assertStringIncludes(
      second![0],
      '"image/png" takes lane "image", else "tags"',
    );
    assertEquals(traced, told.map(([message]) => message));
    await terminate(session, task);
  },
);

forEveryTransport(
  "a result with fields, or of an object that failed, is not warned of",
  async (options) => {
    const told: string[] = [];
    await using session = await connect({
      ...options,
      onWarning: (message) => told.push(message),
    });
    const task = await use(session, { pipeline: TEXT });
    await send(session, task, "Hello");
    await send(session, task, "");
    await terminate(session, task);
    const broken = await use(session, { pipeline: through("late") });
    const onPipelineError = "return";
    const failed = await send(session, broken, "x", { onPipelineError });
    assert(failed.error);
    await terminate(session, broken);
    assertEquals(told, []);
  },
  { nodes: [LATE] },
);

forEachTransport(
  "use() starts a pipeline from a path and from a URL, and names it after the file",
  async (options) => {
    await using session = await connect(options);
    const text = JSON.stringify({ pipeline: TEXT });
    await withFiles({ "echo.pipe.json": text }, async (folder) => {
      const path = `${folder}/echo.pipe.json`;
      const file = new URL(`file://${path}`);
      const data = new URL(`data:,${encodeURIComponent(JSON.stringify(TEXT))}`);
      for (
        const place of [{ filepath: path }, { filepath: file }, {
          pipeline: file,
        }, { pipeline: data }]
      ) {
        assertEquals(await echo(session, place), ["Hello\n\n"]);
      }
      await using task = await use(session, { filepath: path });
      const { name } = await getTaskStatus(session, task);
      assertStringIncludes(name, "echo");
    });
  },
);

forEveryTransport(
  "use() puts the session's variables and the call's own into the pipeline",
  async (options) => {
    await using session = await connect({
      ...options,
      env: { ROCKETRIDE_FIELD: "mine" },
    });
    const [source, response] = TEXT.components;
    const pipeline: Pipeline = {
      ...TEXT,
      components: [source!, {
        ...response!,
        config: { laneName: "${ROCKETRIDE_FIELD}" },
      }],
    };
    await using first = await use(session, { pipeline });
    assertEquals((await send(session, first, "a")).mine, ["a\n\n"]);
    await terminate(session, first);
    const env = { ROCKETRIDE_FIELD: "yours" };
    await using second = await use(session, { pipeline, env });
    assertEquals((await send(session, second, "a")).yours, ["a\n\n"]);
  },
);

forEachTransport("use() lets the source be chosen", async (options) => {
  await using session = await connect(options);
  const pipeline: Pipeline = {
    components: [
      ...TEXT.components,
      { id: "other", provider: "dropper", config: {} },
    ],
  };
  await using task = await use(session, { pipeline, source: "other" });
  assertEquals(task.started.provider, "dropper");
  assertEquals(task.started.source, "other");
});

forEveryTransport("use() takes a token of one's own", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT, token: "mine" });
  assertEquals(task.token, "mine");
  assertEquals((await send(session, "mine", "a")).text, ["a\n\n"]);
});

forEachTransport(
  "use() joins a running task only where that is asked for",
  async (options) => {
    await using session = await connect(options);
    const first = await use(session, { pipeline: TEXT });
    const error = await assertRejects(
      () => use(session, { pipeline: TEXT }),
      ExecutionException,
      "Pipeline is already running.",
    );
    assertEquals(error.code, "task-exists");
    {
      await using joined = await use(session, {
        pipeline: TEXT,
        useExisting: true,
      });
      assertEquals(joined.token, first.token);
      assert(!joined.owned);
    }
    assertEquals(
      (await send(session, first, "still here")).objectId.length,
      36,
    );
    await first[Symbol.asyncDispose]();
    const gone = await send(session, first, "a").catch((it) => it);
    assert(isDAPException(gone, "task-not-running"));
  },
);

forEachTransport(
  "use() passes threads, ttl, arguments, team and trace level on",
  async (options) => {
    const flows: EventMessage[] = [];
    await using session = await connect({
      ...options,
      onEvent: (event) => {
        if (event.event === "apaevt_flow") flows.push(event);
      },
    });
    await using task = await use(session, {
      pipeline: TEXT,
      threads: 1,
      ttl: 0,
      args: ["--verbose"],
      name: "Ada's",
      pipelineTraceLevel: "summary",
    });
    const { token } = task;
    await call(session, "rrext_monitor", { types: ["FLOW"] }, { task });
    await send(session, token, "a");
    assert(flows.length > 0);
    assertStringIncludes((await getTaskStatus(session, task)).name, "Ada's");
  },
);

forEveryTransport("send() takes every kind of source", async (options) => {
  await using session = await connect(options);
  await using task = await use(session, { pipeline: TEXT });
  const bytes = new TextEncoder().encode("Grüße 🌍");
  async function* generate(): AsyncGenerator<Uint8Array | string> {
    yield bytes.subarray(0, 3);
    yield bytes.subarray(3, 9);
    yield bytes.subarray(9);
  }
  const sources: readonly PipeSource[] = [
    "Grüße 🌍",
    bytes,
    bytes.buffer,
    new DataView(bytes.buffer),
    new Blob([bytes]),
    new File([bytes], "greeting.txt"),
    new Response(bytes),
    new Blob([bytes]).stream(),
    generate(),
  ];
  for (const source of sources) {
    const result = await send(session, task, source, {
      mimeType: "text/plain",
    });
    assertEquals(result.text, ["Grüße 🌍\n\n"]);
    assertEquals(result.result_types, { text: "text" });
  }
});

forEveryTransport(
  "send() takes media type and name from the source",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const file = new File(["a,b"], "table.csv", { type: "text/csv" });
    const result = await send(session, task, file);
    assertEquals(result.name, "table.csv");
    assertEquals(result.text, ["a,b\n\n"]);
    const response = new Response(Uint8Array.of(0xfc), {
      headers: { "content-type": "text/plain; charset=iso-8859-1" },
    });
    assertEquals((await send(session, task, response)).text, ["ü\n\n"]);
  },
);

forEachTransport(
  "send() names the object as it is told to, and ids differ",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const objinfo = { name: "n", objectId: "o", department: "x" };
    const told = await send(session, task, "a", { objinfo });
    assertEquals([told.name, told.objectId], ["n", "o"]);
    const [a, b] = await Promise.all(
      ["a", "a"].map((text) =>
        send(session, task, text, { objinfo: { name: "same" } })
      ),
    );
    assert(a!.objectId !== b!.objectId);
  },
);

forEachTransport(
  "send() of an empty string is an object all the same, and no text",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const result = await send(session, task, "");
    assertEquals(result.text, undefined);
    const { completedCount, completedSize } = await getTaskStatus(
      session,
      task,
    );
    assertEquals([completedCount, completedSize], [1, 1]);
  },
);

forEveryTransport(
  "send() of many megabytes arrives as it was",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: DIGEST });
    const bytes = new Uint8Array(3 * 1024 * 1024 + 17);
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31) >> 3;
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    const { metadata } = await send(session, task, new Blob([bytes]));
    assertEquals(metadata?.sha256, new Uint8Array(digest).toHex());
  },
);

forEveryTransport(
  "send() of much text loses no character, whatever pieces it comes in",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT });
    const line = `${"ä".repeat(100)}🌍\n`;
    const text = line.repeat(1_500);
    const bytes = new TextEncoder().encode(text);
    const pieces = new ReadableStream<Uint8Array>({
      start(controller): void {
        for (let at = 0; at < bytes.length; at += 997) {
          controller.enqueue(bytes.subarray(at, at + 997));
        }
        controller.close();
      },
    });
    for (const source of [text, pieces]) {
      const result = await send(session, task, source, {
        mimeType: "text/plain",
      });
      assertEquals(result.text, [`${text}\n\n`]);
    }
  },
);

forEveryTransport(
  "send() sends a question whole, whatever pieces it comes in",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: QUESTIONS });
    const question = { questions: [{ text: "Wer bist du? 🌍" }] };
    const bytes = new TextEncoder().encode(JSON.stringify(question));
    const pieces = new ReadableStream<Uint8Array>({
      start(controller): void {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const result = await send(session, task, pieces, {
      mimeType: "application/rocketride-question",
    });
    const [first] = result.questions ?? [];
    assertEquals(first?.questions[0]?.text, "Wer bist du? 🌍");
  },
);

forEveryTransport(
  "more sends than threads all get their turn",
  async (options) => {
    await using session = await connect(options);
    await using task = await use(session, { pipeline: TEXT, threads: 2 });
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send(session, task, `${i}`)),
    );
    assertEquals(
      results.map((result) => result.text),
      results.map((_, i) => [`${i}\n\n`]),
    );
  },
);
