import { assertEquals, assertRejects } from "@std/assert";
import type { JsonObject, JsonValue } from "../../../schema/json.ts";
import {
  createQuestion,
  type Question,
  type QuestionOptions,
} from "../../../schema/question.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";

async function open(config: JsonObject = {}): Promise<BenchPipe> {
  return (await startNode(builtin("llm_mock"), config)).open();
}

function ask(text: string, options: QuestionOptions = {}): Question {
  return createQuestion({ questions: [{ text }], ...options });
}

async function answer(
  replies: readonly JsonValue[],
  question: Question,
): Promise<unknown> {
  const pipe = await open({ replies });
  await pipe.send("questions", question);
  const [payload, ...more] = pipe.on("answers");
  assertEquals(more, []);
  assertEquals(payload?.expectJson, question.expectJson ?? false);
  return payload?.answer;
}

Deno.test("llm_mock echoes the last question when no reply is scripted", async () => {
  const question = createQuestion({
    questions: [{ text: "One?" }, { text: "Two?" }],
  });
  assertEquals(await answer([], question), "Two?");
  assertEquals(await answer([{ match: "x", reply: "y" }], question), "Two?");
  assertEquals(await answer([], { ...question, expectJson: true }), {
    text: "Two?",
  });
});

Deno.test("llm_mock gives the first reply that matches", async () => {
  const replies = [
    { match: "legs", reply: "Eight." },
    { match: "/^how many (eyes|ears)\\?$/i", reply: "Some." },
    { match: "/unclosed", reply: "Slash." },
    { reply: "Anything." },
  ];
  assertEquals(await answer(replies, ask("How many legs?")), "Eight.");
  assertEquals(await answer(replies, ask("How many EYES?")), "Some.");
  assertEquals(await answer(replies, ask("and /unclosed?")), "Slash.");
  assertEquals(await answer(replies, ask("Why?")), "Anything.");
});

Deno.test("llm_mock looks into the questions first, then into the whole prompt", async () => {
  const replies = [
    { match: "spider", reply: "context" },
    { match: "Why", reply: "question" },
  ];
  const context = ["A spider has eight legs"];
  assertEquals(await answer(replies, ask("Why?", { context })), "question");
  assertEquals(await answer(replies, ask("How?", { context })), "context");
});

Deno.test("llm_mock answers a pattern the same way every time", async () => {
  const pipe = await open({ replies: [{ match: "/legs/gy", reply: "8" }] });
  for (let at = 0; at < 3; at += 1) await pipe.send("questions", ask("legs"));
  assertEquals(pipe.on("answers").map(({ answer }) => answer), ["8", "8", "8"]);
});

Deno.test("llm_mock parses the reply when JSON is expected", async () => {
  const json = ask("q", { expectJson: true });
  const cases: [JsonValue, unknown][] = [
    ['{"a":1}', { a: 1 }],
    ['```json\n{"a":"x\\ny"}\n```', { a: "x\ny" }],
    ["```\n[1]\n```", [1]],
    ['<think>hm {"b":2}\n```json {}```</think>\n```json\n{"a":1}```', { a: 1 }],
    [' "text" ', "text"],
    [{ a: [true] }, { a: [true] }],
    [null, null],
  ];
  for (const [reply, value] of cases) {
    assertEquals(await answer([{ reply }], json), value);
  }
});

Deno.test("llm_mock writes a JSON reply as text when text is expected", async () => {
  assertEquals(await answer([{ reply: { a: 1 } }], ask("q")), '{"a":1}');
});

Deno.test("llm_mock fails when JSON is expected and the reply is none", async () => {
  for (const reply of ["Eight.", '```json\n{"a":\n```', '{"a":1} and more']) {
    await assertRejects(
      () => answer([{ reply }], ask("q", { expectJson: true })),
      ExecutionException,
      "Failed to get valid JSON response after 3 attempts",
    );
  }
});

Deno.test("llm_mock fails with a scripted error", async () => {
  const pipe = await open({
    replies: [{ match: "bad", error: "Invalid API key.", thinking: "Hm" }],
  });
  await assertRejects(
    () => pipe.send("questions", ask("bad")),
    ExecutionException,
    "Invalid API key.",
  );
  assertEquals(pipe.emitted, []);
  assertEquals(pipe.messages.length, 1);
});

Deno.test("llm_mock sends what it is told to think before it answers", async () => {
  const pipe = await open({
    replies: [{ match: "two", reply: "2", thinking: ["Looking", "Counting"] }, {
      match: "one",
      reply: "1",
      thinking: "Looking",
    }],
  });
  await pipe.send("questions", ask("two"));
  assertEquals(pipe.messages, [
    { type: "thinking", data: { message: "Looking" } },
    { type: "thinking", data: { message: "Counting" } },
  ]);
  await pipe.send("questions", ask("one"));
  assertEquals(pipe.messages.length, 3);
});

Deno.test("llm_mock refuses a prompt without content", async () => {
  for (const question of [createQuestion(), ask(" \n\0")]) {
    const pipe = await open();
    await assertRejects(
      () => pipe.send("questions", question),
      ExecutionException,
      "Prompt is empty or contains only whitespace.",
    );
  }
});

Deno.test("llm_mock answers the control calls of an LLM", async () => {
  const pipe = await open({
    replies: [{ match: "legs", reply: "8" }],
    modelTotalTokens: 1000,
  });
  const call = (op: string, args = {}) => pipe.invoke({ op, args });
  assertEquals(await call("ask", { question: ask("legs") }), {
    answer: "8",
    expectJson: false,
  });
  assertEquals(
    await call("ask", {
      question: { questions: [{ text: "a" }], expectJson: true },
    }),
    { answer: { text: "a" }, expectJson: true },
  );
  assertEquals(await call("ask", { question: "legs?" }), {
    answer: "8",
    expectJson: false,
  });
  await assertRejects(() => call("ask"), ExecutionException, "Prompt is empty");
  assertEquals(await call("getContextLength"), 1000);
  assertEquals(await call("getOutputLength"), 4096);
  const count = await call("getTokenCounter") as (text: string) => number;
  assertEquals([count(""), count("abcd"), count("abcde")], [0, 1, 2]);
  assertEquals(await call("put"), undefined);
  assertEquals(pipe.emitted, []);
});

Deno.test("llm_mock refuses a malformed script", async () => {
  const cases: [JsonValue, string][] = [
    ["x", "'replies' must be a list"],
    [["x"], "'replies[0]' must be an object"],
    [
      [{ reply: "a" }, { match: 7, reply: "a" }],
      "'replies[1]' 'match' must be a string",
    ],
    [[{ match: "a" }], "'replies[0]' must have either 'reply' or 'error'"],
    [
      [{ reply: "a", error: "b" }],
      "'replies[0]' must have either 'reply' or 'error'",
    ],
    [[{ error: 7 }], "'replies[0]' 'error' must be a string"],
    [
      [{ reply: "a", thinking: [7] }],
      "'replies[0]' 'thinking' must be a text or a list of texts",
    ],
    [
      [{ match: "/(/", reply: "a" }],
      "'replies[0]' 'match' is not a valid pattern",
    ],
  ];
  for (const [replies, message] of cases) {
    await assertRejects(
      () => open({ replies }),
      ValidationException,
      `Component llm_mock_1: ${message}`,
    );
  }
});

Deno.test("llm_mock stops when the pipe is abandoned", async () => {
  const bench = await startNode(builtin("llm_mock"));
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = bench.open({ signal });
  await assertRejects(() => pipe.send("questions", ask("q")), Error, "gone");
});
