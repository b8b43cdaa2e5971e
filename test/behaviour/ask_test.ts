import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  addQuestion,
  ask,
  close,
  connect,
  type ConnectOptions,
  createQuestion,
  DAPException,
  getTaskStatus,
  type Pipeline,
  type Session,
  type StandardSchema,
  type Task,
  use,
  ValidationException,
} from "@rocketride/streams";
import { forEachTransport, forEveryTransport } from "../support/engines.ts";
import { answering } from "../support/pipelines.ts";

/** Answers from a script, else with the question. */
const pipeline = answering([
  { match: "number", reply: '```json\n{"n": 7}\n```' },
  { match: "prose", reply: 'Sure:\n```json\n{"n": 7}\n```' },
  { match: "word", reply: '{"n": "seven"}' },
  { match: "fail", error: "No model" },
], { laneName: "said" });

const numbered: StandardSchema<number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: async (value) => {
      await Promise.resolve();
      const { n } = value as { n?: unknown };
      return typeof n === "number"
        ? { value: n }
        : { issues: [{ message: "No number", path: ["n"] }] };
    },
  },
};

async function withTask(
  options: ConnectOptions,
  test: (session: Session, task: Task) => Promise<void>,
  used: Pipeline = pipeline,
): Promise<void> {
  const session = await connect(options);
  try {
    await test(session, await use(session, { pipeline: used, threads: 1 }));
  } finally {
    await close(session);
  }
}

forEveryTransport(
  "ask returns the first answer as a string, whatever its field",
  (options) =>
    withTask(options, async (session, task) => {
      assertEquals(await ask(session, task, "Well?"), "Well?");
      const question = addQuestion(createQuestion(), "What?");
      assertEquals(await ask(session, task.token, question), "What?");
      // JSON that the engine has parsed becomes text again.
      const json = createQuestion({ expectJson: true });
      const number = addQuestion(json, "number");
      assertEquals(await ask(session, task, number), '{"n":7}');
    }),
);

forEveryTransport(
  "ask with a schema returns what the validator makes of the answer",
  (options) =>
    withTask(options, async (session, task) => {
      const asked = { schema: numbered };
      assertEquals(await ask(session, task, "number", asked), 7);
      // JSON is found in text, too.
      const question = addQuestion(createQuestion(), "prose");
      assertEquals(await ask(session, task, question, asked), 7);
      const error = await assertRejects(
        () => ask(session, task, "word", asked),
        ValidationException,
        'No number at "n"',
      );
      assertEquals(error.code, "invalid-answer");
      assertEquals(error.issues?.length, 1);
    }),
);

forEveryTransport(
  "ask rejects when the pipeline gives no answer, and says so",
  (options) =>
    withTask(options, async (session, task) => {
      for (
        const asking of [
          () => ask(session, task, "Well?"),
          () => ask(session, task, "Well?", { schema: numbered }),
        ]
      ) {
        const error = await assertRejects(
          asking,
          ValidationException,
          "Pipeline gave no answer",
        );
        assertEquals(error.code, "invalid-answer");
        assert(error.hint?.includes("answers"));
        assertEquals(typeof error.dapResult.objectId, "string");
      }
    }, {
      source: "in",
      components: [
        { id: "in", provider: "webhook", config: {} },
        {
          id: "out",
          provider: "response_questions",
          config: {},
          input: [{ lane: "questions", from: "in" }],
        },
      ],
    }),
);

forEveryTransport(
  "ask fails as chat does, and its slot is free again",
  (options) =>
    withTask(options, async (session, task) => {
      await assertRejects(
        () => ask(session, task, "fail"),
        DAPException,
        "No model",
      );
      const reason = new Error("Enough");
      const signal = AbortSignal.abort(reason);
      const aborted = await assertRejects(() =>
        ask(session, task, "Well?", { signal, schema: numbered })
      );
      assertEquals(aborted, reason);
      assertEquals(await ask(session, task, "Well?"), "Well?");
    }),
);

forEachTransport(
  "ask refuses what is no question or no schema before any traffic",
  (options) =>
    withTask(options, async (session, task) => {
      const refused: readonly (readonly [unknown, unknown, string])[] = [
        [7, {}, "Expected a question"],
        [undefined, {}, "Expected a question"],
        ["Well?", { schema: {} }, "Standard Schema"],
        ["Well?", { schema: null }, "Standard Schema"],
        ["Well?", { schema: { type: "object" } }, "Standard Schema"],
        ["Well?", { schema: () => ({ value: 1 }) }, "Standard Schema"],
        ["Well?", "number", "Expected options"],
        ["Well?", { schem: numbered }, 'use "schema"'],
        ["Well?", { onPipelineError: "return" }, "Unknown option"],
      ];
      for (const [question, more, words] of refused) {
        await assertRejects(
          () => ask(session, task, question as string, more as object),
          TypeError,
          words,
        );
      }
      assertEquals((await getTaskStatus(session, task)).totalCount, 0);
    }),
);
