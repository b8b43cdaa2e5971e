import {
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { dialect, query } from "@rocketride/streams/admin";
import {
  parseAnswers,
  type SchemaResult,
  type StandardSchema,
} from "../../lib/chat/answers.ts";
import { ask } from "../../lib/chat/ask.ts";
import { chat } from "../../lib/chat/chat.ts";
import { chatStream } from "../../lib/chat/chat_stream.ts";
import { ProtocolException, ValidationException } from "../../lib/errors.ts";
import {
  addDocuments,
  addQuestion,
  answers,
  createQuestion,
  firstAnswer,
  type JsonValue,
  type PipelineResult,
  type Question,
} from "../../schema/mod.ts";
import {
  payloadOf,
  type PipeServer,
  pipeServer,
} from "../support/pipe_server.ts";

/** The question that the engine was asked. */
function asked({ requests }: PipeServer): Question {
  const write = requests.find((it) => it.arguments?.subcommand === "write");
  const bytes = payloadOf(write!);
  return JSON.parse(new TextDecoder().decode(bytes.slice()));
}

function answering(...answers: unknown[]): Promise<PipeServer> {
  return pipeServer({ close: () => ({ objectId: "1", answers }) });
}

Deno.test("chat opens a pipe of any source, writes one question, and closes", async () => {
  await using server = await answering("Because");
  const question = addDocuments(addQuestion(createQuestion(), "Why?"), {
    page_content: "x",
    score: NaN,
    tokens: null,
  });
  const result = await chat(server.session, "tk_1", question);
  assertEquals(firstAnswer(result), "Because");
  assertEquals(server.requests.map((it) => it.arguments?.subcommand), [
    "open",
    "write",
    "close",
  ]);
  const { mimeType, provider } = server.requests[0]?.arguments ?? {};
  assertEquals(
    [mimeType, provider],
    ["application/rocketride-question", undefined],
  );
  assertEquals(asked(server), {
    ...question,
    documents: [{ type: "Document", page_content: "x" }],
  });
});

Deno.test("chat and chatStream name the provider that the options name", async () => {
  await using server = await pipeServer({
    close: () => ({ objectId: "1", answers: ["Because"] }),
    rrext_monitor: () => ({}),
  });
  const options = { provider: "chat" };
  await chat(server.session, "tk_1", "Why?", options);
  await Array.fromAsync(chatStream(server.session, "tk_1", "Why?", options));
  const opens = server.requests.filter((it) =>
    it.arguments?.subcommand === "open"
  );
  assertEquals(opens.map((it) => it.arguments?.provider), ["chat", "chat"]);
});

Deno.test("what is no question is refused before any traffic, and the fault named", async () => {
  await using server = await answering();
  const faults: readonly (readonly [unknown, string])[] = [
    [undefined, "Expected a question, or its text"],
    [7, "Expected a question, or its text"],
    [{}, "Expected a question, or its text"],
    [{ ...createQuestion(), type: "riddle" }, '"type" must be one of'],
    [{ ...createQuestion(), context: [{}] }, '"context" must be a list'],
    [{ ...createQuestion(), documents: {} }, '"documents" must be a list'],
    [{ questions: [{}] }, '"text" must be text'],
  ];
  for (const [question, words] of faults) {
    const odd = question as string;
    await assertRejects(
      () => chat(server.session, "tk_1", odd),
      TypeError,
      words,
    );
    assertThrows(
      () => chatStream(server.session, "tk_1", odd),
      TypeError,
      words,
    );
  }
  assertEquals(server.log(), []);
});

Deno.test("answers are looked up by their type, and by their name without types", () => {
  const objectId = "1";
  const result_types = { said: "answers", answers: "text" };
  const renamed = { objectId, result_types, said: ["a"], answers: ["text"] };
  assertEquals(answers(renamed), ["a"]);
  assertEquals(answers({ objectId, result_types: { text: "text" } }), []);
  assertEquals(answers({ objectId, answers: ["a", [1]] }), ["a", [1]]);
  const odd = (answers: unknown) => ({ objectId, answers }) as PipelineResult;
  assertEquals(answers(odd("a")), ["a"]);
  assertEquals(answers(odd(null)), []);
  assertEquals(firstAnswer(renamed), "a");
  assertEquals(firstAnswer({ objectId }), undefined);
});

function schema<Output>(
  validate: (value: unknown) => SchemaResult<Output>,
): StandardSchema<Output> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

function resultOf(...answers: JsonValue[]): PipelineResult {
  return { objectId: "1", answers };
}

const TEXT = schema((value) =>
  typeof value === "string"
    ? { value }
    : { issues: [{ message: "Expected text" }] }
);
const NUMBER = schema((value) =>
  typeof value === "number"
    ? { value }
    : { issues: [{ message: `Expected a number, not ${typeof value}` }] }
);

Deno.test("a validator of text gets the words, any other the JSON in them", async () => {
  const result = resultOf("42", "```json\n7\n```");
  const words: string[] = await parseAnswers(result, TEXT);
  assertEquals(words, ["42", "```json\n7\n```"]);
  const numbers: number[] = await parseAnswers(result, NUMBER);
  assertEquals(numbers, [42, 7]);
});

Deno.test("a validator that is a method keeps its object", async () => {
  class Exactly {
    readonly version = 1;
    readonly vendor = "test";
    readonly #wanted = 7;
    validate(value: unknown): SchemaResult<number> {
      return value === this.#wanted
        ? { value: this.#wanted }
        : { issues: [{ message: "Not it" }] };
    }
  }
  const exactly = { "~standard": new Exactly() };
  assertEquals(await parseAnswers(resultOf(7), exactly), [7]);
});

Deno.test("an answer that does not fit is refused with all that is wrong", async () => {
  const issues = [
    { message: "Too long", path: ["list", 2, { key: "name" }] },
    { message: "Odd" },
  ];
  const picky = schema<never>(() => ({ issues }));
  const result = resultOf({});
  const error = await assertRejects(
    () => parseAnswers(result, picky),
    ValidationException,
    'Answer is not what was expected: Too long at "list.2.name"; Odd',
  );
  assertEquals(error.code, "invalid-answer");
  assertStrictEquals(error.issues, issues);
  assertEquals(error.dapResult, result);
});

Deno.test("what is wrong is told of the JSON where there is some", async () => {
  const cases: readonly (readonly [JsonValue, string])[] = [
    ["No idea", "Expected a number, not string"],
    ['{"a":1}', "Expected a number, not object"],
    ["null", "Expected a number, not object"],
    [true, "Expected a number, not boolean"],
  ];
  for (const [answer, words] of cases) {
    await assertRejects(
      () => parseAnswers(resultOf(answer), NUMBER),
      ValidationException,
      words,
    );
  }
});

Deno.test("what a validator throws is its own", async () => {
  const failure = new Error("Broken");
  const broken = schema<never>(() => {
    throw failure;
  });
  const error = await parseAnswers(resultOf(1), broken).catch((it) => it);
  assertStrictEquals(error, failure);
});

Deno.test("query sends what it is given as it is", async () => {
  await using server = await answering([{ n: 1 }]);
  const sql = " SELECT n FROM t ";
  const { rows, result } = await query(server.session, "tk_1", sql);
  assertEquals(rows, [{ n: 1 }]);
  assertEquals(result && firstAnswer(result), [{ n: 1 }]);
  const { type, questions } = asked(server);
  assertEquals([type, questions], ["execute", [{ text: sql }]]);
  for (const odd of ["", " \n", 7 as unknown as string]) {
    await assertRejects(() => query(server.session, "tk_1", odd), TypeError);
  }
  const steps = server.log().map((step) => step.replace(/:.*/s, ""));
  assertEquals(steps, ["tool", "open", "write", "close"]);
});

Deno.test("dialect reads the language of the database", async () => {
  for (const answer of ['{"dialect":"mysql"}', { dialect: "mysql" }]) {
    await using server = await answering(answer);
    assertEquals(await dialect(server.session, "tk_1"), "mysql");
    const { type, questions } = asked(server);
    assertEquals([type, questions], ["dialect", [{ text: "dialect" }]]);
  }
});

Deno.test("dialect refuses what it does not know", async () => {
  const odd = [["sqlite"], ['{"dialect":"sqlite"}'], ["[]"], [null], []];
  for (const given of odd) {
    await using server = await answering(...given);
    await assertRejects(
      () => dialect(server.session, "tk_1"),
      ProtocolException,
      "expected one of the dialects postgres, mysql, neo4j",
    );
  }
});

Deno.test("ask reads the first answer alone, and a string with a schema expects JSON", async () => {
  await using server = await answering(7, "not a number");
  assertEquals(await ask(server.session, "tk_1", "How many?"), "7");
  assertEquals(asked(server).expectJson, false);
  const found = await ask(server.session, "tk_1", "How many?", {
    schema: NUMBER,
  });
  assertEquals(found, 7);
  const { arguments: last } = server.requests.findLast((it) =>
    it.arguments?.subcommand === "write"
  )!;
  const text = new TextDecoder().decode(last?.data as Uint8Array<ArrayBuffer>);
  assertEquals(JSON.parse(text).expectJson, true);
});
