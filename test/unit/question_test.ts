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

Deno.test("questionFromJson refuses what is no question, and names the member", () => {
  const faults: readonly (readonly [unknown, string])[] = [
    ["[]", "Cannot read a question: expected an object"],
    [{ type: "riddle" }, '"type" must be one of question, semantic'],
    [{ expectJson: 1 }, '"expectJson" must be a boolean'],
    [{ role: {} }, '"role" must be text'],
    [{ filter: "{}" }, "Cannot read a filter: expected an object"],
    [{ filter: { limit: "1" } }, '"limit" must be a whole number'],
    [{ context: 1 }, '"context" must be a list of texts'],
    [{ goals: [1] }, '"goals" must be a list of texts'],
    [{ history: {} }, '"history" must be a list'],
    [{ history: ["Hi"] }, '"history" must be a list of objects'],
    [
      { history: [{ role: "user", content: "" }, { role: "user" }] },
      'Cannot read a question, "history" 2: "content" must be text',
    ],
    [{ questions: [{ text: null }] }, '"questions" 1: "text" must be text'],
    [
      { questions: [{ text: "", embedding: "" }] },
      '"embedding" must be a list',
    ],
    [{ examples: [{ given: "", result: {} }] }, '"result" must be text'],
    [{ instructions: [{}] }, '"subtitle" must be text'],
    [{ documents: [{ score: "1" }] }, '"score" must be a number'],
  ];
  for (const [json, words] of faults) {
    assertThrows(() => questionFromJson(json), TypeError, words);
  }
  assertThrows(() => questionFromJson("{"), SyntaxError);
});

Deno.test("questionFromJson completes what is missing, and leaves strangers out", () => {
  assertEquals(questionFromJson({}), createQuestion());
  const { filter } = questionFromJson({ filter: { limit: 3, offset: null } });
  assertEquals(filter, { ...createQuestion().filter, limit: 3 });
  assertEquals(questionFromJson('{"filter":null}').filter, null);
  const read = questionFromJson({
    colour: "grey",
    role: null,
    questions: [{ text: "x", embedding: null, colour: "grey" }],
  });
  assertEquals(read, createQuestion({ questions: [{ text: "x" }] }));
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

Deno.test("getPrompt gives documents an instruction where there is none", () => {
  const prompt = getPrompt(addDocuments(createQuestion(), "page"));
  assertEquals(prompt.includes("    2) **Documents**: "), true);
  const own = addInstruction(addDocuments(createQuestion(), "page"), "A", "B");
  assertEquals(getPrompt(own).includes("2) **"), false);
});

Deno.test("getPrompt numbers several questions, and not one", () => {
  const one = addQuestion(createQuestion(), "Why?");
  assertEquals(getPrompt(one).endsWith("\r\n\r\nWhy?\r\n"), true);
  const two = addQuestion(one, "How?");
  const end = "Question 1: Why?\r\nQuestion 2: How?\r\n";
  assertEquals(getPrompt(two).endsWith(end), true);
});

Deno.test("getPrompt lays a question out as 1.1 engines do", () => {
  let question = createQuestion({ role: "You are kind" });
  for (const step of STEPS) question = step(question);
  question = addInstruction(question, " Steps ", " One\n\n   Two ");
  const layout = "1.1";
  assertEquals(
    getPrompt(question, { layout, hasPreviousJsonFailed: true }),
    [
      "You are kind",
      "",
      "### System Instructions:",
      "    1) **Form**:",
      "        Be brief.",
      "",
      "    2) **Steps**:",
      "        One",
      "        Two",
      "",
      "### Examples:",
      "    Example 1",
      "        **Given**: X",
      '        **Expected output**: {"a":[1]}',
      "",
      "### Conversation History:",
      "    user: Hi",
      "",
      "### Context:",
      "    1) one",
      "",
      '    2) {"two":2}',
      "",
      "",
      "### Documents:",
      "    Document 1) Content: page",
      "    Document 2) Content: p2",
      "",
      "### Ultimate Goal:",
      "    1) Win",
      "",
      "### Current Task:",
      "    Why?",
      "",
      "",
    ].join("\r\n"),
  );
  assertEquals(getPrompt(createQuestion(), { layout }), "");
});

Deno.test("getPrompt puts what it has to say about JSON first in 1.1", () => {
  const question = addExample(
    addInstruction(createQuestion({ expectJson: true }), "Own", "text"),
    "X",
    [1],
  );
  const options = { layout: "1.1", hasPreviousJsonFailed: true } as const;
  const prompt = getPrompt(question, options);
  assertEquals(prompt.match(/^ {4}\d\) .*$/gm), [
    "    1) **JSON Response Format**:",
    "    2) **CRITICAL**:",
    "    3) **Own**:",
  ]);
  assertEquals(prompt.match(/^ {8}- .*$/gm)?.length, 8);
  const end = "        **Expected output**: ```json\r\n[1]\r\n```\r\n\r\n";
  assertEquals(prompt.endsWith(end), true);
});

Deno.test("getPrompt() keeps the indentation of instructions in the layout of 1.5 alone", () => {
  const body = "Write it like this:\n\n    def f(x):\n        if x:\n" +
    "            return 1   \n\treturn 2";
  const question = addInstruction(
    addInstruction(createQuestion(), "Form", body),
    "Common",
    "  one\u2028    two\r\n  three",
  );
  const bodies = (layout: "1.1" | "1.5"): string[] =>
    getPrompt(question, { layout }).split("\r\n")
      .filter((line) => line.startsWith(" ".repeat(8)));
  assertEquals(bodies("1.5"), [
    "        Write it like this:",
    "            def f(x):",
    "                if x:",
    "                    return 1",
    "        \treturn 2",
    "        one",
    "          two",
    "        three",
  ]);
  assertEquals(
    bodies("1.1").map((line) => line.slice(8)),
    [
      "Write it like this:",
      "def f(x):",
      "if x:",
      "return 1",
      "return 2",
      "one",
      "two",
      "three",
    ],
  );
});

Deno.test("a question may ask the model to keep its prefix, and says nothing of it otherwise", () => {
  const asked = createQuestion({ cachePrefix: true });
  assertEquals(JSON.parse(questionToJson(asked)).cachePrefix, true);
  assertEquals(questionFromJson(questionToJson(asked)), asked);
  for (const cachePrefix of [false, null, undefined]) {
    const question = createQuestion({ cachePrefix });
    assertEquals("cachePrefix" in question, false);
    assertEquals(questionFromJson({ cachePrefix, questions: [] }), question);
  }
  assertThrows(() => questionFromJson({ cachePrefix: 1 }), TypeError);
});
