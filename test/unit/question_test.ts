import { assertEquals, assertThrows } from "@std/assert";
import {
  addContext,
  addDocuments,
  addExample,
  addGoal,
  addHistory,
  addInstruction,
  addQuestion,
  createQuestion,
  getPrompt,
  questionFromJson,
  questionToJson,
} from "@rocketride/streams/schema";
import type { Question } from "../../schema/question.ts";

const STEPS: readonly ((question: Question) => Question)[] = [
  (it) => addInstruction(it, "Form", "Be brief."),
  (it) => addExample(it, "X", { a: [1] }),
  (it) => addContext(it, ["one", { two: 2 }]),
  (it) => addHistory(it, { role: "user", content: "Hi" }),
  (it) => addGoal(it, "Win"),
  (it) => addDocuments(it, ["page", { type: "Document", page_content: "p2" }]),
  (it) => addQuestion(it, "Why?"),
];

Deno.test("builders return new questions and keep the order of additions", () => {
  let question = createQuestion();
  for (const step of [...STEPS, ...STEPS]) {
    const before = structuredClone(question);
    const next = step(question);
    assertEquals(question, before);
    question = next;
  }
  assertEquals(question.context, ["one", '{"two":2}', "one", '{"two":2}']);
  assertEquals(question.examples[1], { given: "X", result: '{"a":[1]}' });
  assertEquals(question.questions.length, 2);
  assertEquals(questionFromJson(questionToJson(question)), question);
});

Deno.test("a question's JSON holds no null that an engine refuses", () => {
  const question = addDocuments(createQuestion(), {
    type: "Document",
    page_content: "p",
    score: null as unknown as number,
  });
  assertEquals(JSON.parse(questionToJson(question)).documents, [
    { type: "Document", page_content: "p" },
  ]);
});

Deno.test("questionFromJson refuses what is no question", () => {
  assertThrows(() => questionFromJson("[]"), TypeError, "expected an object");
  assertThrows(() => questionFromJson({ context: 1 }), TypeError, '"context"');
  assertThrows(() => questionFromJson("{"), SyntaxError);
});

Deno.test("getPrompt lays a question out as 1.0 engines do", () => {
  let question = createQuestion({ role: "You are kind", expectJson: true });
  for (const step of STEPS) question = step(question);
  const prompt = getPrompt(question, { hasPreviousJsonFailed: true });
  assertEquals(prompt.match(/^ {4}\d\) \*\*[^*]+\*\*/gm), [
    "    1) **Form**",
    "    2) **JSON Response Format**",
    "    3) **CRITICAL**",
    "    4) **Examples**",
  ]);
  const rest = prompt.slice(prompt.indexOf("    Example 1"));
  assertEquals(
    rest,
    [
      "    Example 1",
      "        **Given**: X",
      "        **Expected output**: ```json",
      '{"a":[1]}```',
      "### Conversation History:",
      "    user: Hi",
      "### Goal:",
      "    1) Win",
      "Why?",
      "### Context:",
      "    1) one",
      "",
      '    2) {"two":2}',
      "",
      "### Documents:",
      "    Document 1) Content: page",
      "    Document 2) Content: p2",
      "",
    ].join("\r\n"),
  );
  assertEquals(
    prompt.startsWith("You are kind\r\n### Instructions:\r\n"),
    true,
  );
});

Deno.test("getPrompt of an empty question has the one default instruction", () => {
  const prompt = getPrompt(createQuestion());
  assertEquals(prompt.split("\r\n").length, 4);
  assertEquals(prompt.includes("1) **Answer the following questions**"), true);
});
