import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  addExample,
  addQuestion,
  answers,
  chat,
  type ChatPart,
  chatStream,
  close,
  connect,
  type ConnectOptions,
  createQuestion,
  firstAnswer,
  getTaskStatus,
  parseAnswers,
  PipeException,
  type Pipeline,
  type Session,
  type StandardSchema,
  type Task,
  use,
  ValidationException,
} from "@rocketride/streams";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { answering } from "../support/pipelines.ts";

const pipeline = {
  ...answering([
    { match: "strict", reply: '```json\n{"n": 7}\n```' },
    { match: "json", reply: 'Sure:\n```json\n{"n": 7}\n```' },
    { match: "think", reply: "Done", thinking: ["One", "Two"] },
    { match: "fail", error: "No model" },
  ], { laneName: "said" }),
  project_id: "chatting",
};

async function withChat(
  options: ConnectOptions,
  test: (session: Session, task: Task) => Promise<void>,
): Promise<void> {
  const session = await connect(options);
  try {
    await test(session, await use(session, { pipeline, threads: 1 }));
  } finally {
    await close(session);
  }
}

async function partsOf(stream: ReadableStream<ChatPart>): Promise<ChatPart[]> {
  const parts: ChatPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

forEveryTransport(
  "chat asks and returns the result, whatever its field",
  (options) =>
    withChat(options, async (session, task) => {
      const result = await chat(session, task, "Hello?");
      assertEquals(result.said, ["Hello?"]);
      assertEquals(firstAnswer(result), "Hello?");
      let question = createQuestion();
      question = addExample(question, "2 + 2", { sum: 4 });
      question = addQuestion(question, "json please");
      assertEquals(answers(await chat(session, task, question)), [
        'Sure:\n```json\n{"n": 7}\n```',
      ]);
    }),
);

forEveryTransport(
  "a question that expects JSON gets a value",
  (options) =>
    withChat(options, async (session, task) => {
      const question = addQuestion(
        createQuestion({ expectJson: true }),
        "strict please",
      );
      assertEquals(firstAnswer(await chat(session, task, question)), { n: 7 });
    }),
);

forEachTransport(
  "chatStream gives what nodes say, then the result",
  (options) =>
    withChat(options, async (session, task) => {
      const parts = await partsOf(chatStream(session, task, "think"));
      assertEquals(
        parts.map((part) =>
          part.type === "progress" ? [part.kind, part.data.message] : part.type
        ),
        [["thinking", "One"], ["thinking", "Two"], "result"],
      );
      const last = parts.at(-1);
      assertEquals(last?.type === "result" && last.result.said, ["Done"]);
    }),
);

forEveryTransport(
  "a chat that fails throws what the engine says",
  (options) =>
    withChat(options, async (session, task) => {
      for (let time = 0; time < 2; time++) {
        await assertRejects(
          () => chat(session, task, "fail"),
          PipeException,
          "No model",
        );
      }
      // The only slot is free again.
      assertEquals(firstAnswer(await chat(session, task, "Well?")), "Well?");
    }),
);

forEachTransport(
  "a chat stream that fails errors with what the engine says",
  (options) =>
    withChat(options, async (session, task) => {
      await assertRejects(
        () => partsOf(chatStream(session, task, "fail")),
        PipeException,
        "No model",
      );
      assertEquals(firstAnswer(await chat(session, task, "Well?")), "Well?");
    }),
);

forEachTransport(
  "a chat stream that is left frees its slot",
  (options) =>
    withChat(options, async (session, task) => {
      for await (const part of chatStream(session, task, "think")) {
        assertEquals(part.type, "progress");
        break;
      }
      assertEquals(firstAnswer(await chat(session, task, "Next?")), "Next?");
      const { completedCount, failedCount } = await getTaskStatus(
        session,
        task,
      );
      assertEquals([completedCount, failedCount], [2, 0]);
    }),
);

/** The same pipeline behind another source. */
function behind(provider: string): Pipeline {
  const [source, ...others] = pipeline.components;
  return { ...pipeline, components: [{ ...source!, provider }, ...others] };
}

forEveryTransport(
  "a webhook source that takes questions answers a chat",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: behind("webhook") });
    assertEquals(firstAnswer(await chat(session, task, "Well?")), "Well?");
    await close(session);
  },
);

forEachTransport(
  "a webhook source that takes questions answers a chat stream",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: behind("webhook") });
    const last = (await partsOf(chatStream(session, task, "think"))).at(-1);
    assertEquals(last?.type === "result" && last.result.said, ["Done"]);
    await close(session);
  },
);

forEachTransport(
  "a chat that names a provider needs that source, and any chat a question",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, { pipeline: behind("webhook") });
    const asChat = { provider: "chat" };
    await assertRejects(
      () => chat(session, task, "Hello?", asChat),
      PipeException,
    );
    await assertRejects(
      () => partsOf(chatStream(session, task, "Hello?", asChat)),
      PipeException,
    );
    await assertRejects(
      () => chat(session, task, 7 as unknown as string),
      TypeError,
    );
    assertThrows(
      () => chatStream(session, task, {} as unknown as string),
      TypeError,
    );
    await close(session);
  },
);

const numbered: StandardSchema<{ n: number }> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: async (value) => {
      await Promise.resolve();
      const { n } = value as { n?: unknown };
      return typeof n === "number"
        ? { value: { n } }
        : { issues: [{ message: "No number", path: ["a", { key: "n" }] }] };
    },
  },
};

Deno.test("parseAnswers gives what the validator makes of each answer", async () => {
  const result = { objectId: "1", answers: ['{"n":1}', { n: 2 }] };
  assertEquals(await parseAnswers(result, numbered), [{ n: 1 }, { n: 2 }]);
  const error = await assertRejects(
    () => parseAnswers({ objectId: "1", answers: ["none"] }, numbered),
    ValidationException,
    'No number at "a.n"',
  );
  assertEquals(error.code, "invalid-answer");
  assertEquals(firstAnswer({ objectId: "1" }), undefined);
});
