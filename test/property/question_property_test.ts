import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  addContext,
  addDocuments,
  addExample,
  addGoal,
  addHistory,
  addInstruction,
  addQuestion,
  createQuestion,
  type Doc,
  docFromJson,
  docToJson,
  getPrompt,
  type JsonValue,
  type Question,
  questionFromJson,
  questionToJson,
} from "../../schema/mod.ts";

/** A step of a builder, and the list that it makes longer by so much. */
interface Step {
  readonly list: keyof Question;
  readonly by: number;
  apply(question: Question): Question;
}

const text = fc.string({ unit: "binary" });
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>;
const doc: fc.Arbitrary<Doc> = fc.record({
  page_content: text,
  score: fc.float({ noNaN: true, noDefaultInfinity: true }),
  tokens: fc.nat(),
  embedding: fc.array(fc.integer()),
  metadata: fc.record({
    objectId: text,
    chunkId: fc.nat(),
    isTable: fc.boolean(),
  }),
}, { requiredKeys: [] }).map((it) => ({ type: "Document", ...it }) as Doc);

function step<Value>(
  list: keyof Question,
  value: fc.Arbitrary<Value>,
  add: (question: Question, value: Value) => Question,
): fc.Arbitrary<Step> {
  return value.map((it) => ({
    list,
    by: Array.isArray(it) ? it.length : 1,
    apply: (question) => add(question, it),
  }));
}

const steps = fc.array(
  fc.oneof(
    step("instructions", text, (q, it) => addInstruction(q, it, it)),
    step(
      "examples",
      json.map((it) => ({ it })),
      (q, { it }) => addExample(q, "given", it),
    ),
    step("context", json.filter((it) => !Array.isArray(it)), addContext),
    step("context", fc.array(json), addContext),
    step(
      "history",
      text,
      (q, content) => addHistory(q, { role: "user", content }),
    ),
    step("goals", text, addGoal),
    step("questions", text, addQuestion),
    step("documents", fc.oneof(text, doc), addDocuments),
    step("documents", fc.array(fc.oneof(text, doc)), addDocuments),
  ),
  { size: "max", maxLength: 12 },
);
const start = fc.record({
  type: fc.constantFrom("question", "semantic", "execute"),
  expectJson: fc.boolean(),
  role: text,
  filter: fc.constantFrom(null, { limit: 3 }),
}, { requiredKeys: [] }).map((it) => createQuestion(it as Partial<Question>));

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

Deno.test("a step adds to the end of one list and touches nothing else", () => {
  fc.assert(fc.property(start, steps, (first, all) => {
    let question = frozen(first);
    for (const { list, by, apply } of all) {
      const before = question[list] as readonly unknown[];
      const next = frozen(apply(question));
      const after = next[list] as readonly unknown[];
      assertEquals(after.slice(0, before.length), before);
      assertEquals(after.length, before.length + by);
      assertEquals({ ...next, [list]: before }, question);
      question = next;
    }
  }));
});

Deno.test("a question survives the way to JSON and back", () => {
  fc.assert(fc.property(start, steps, (first, all) => {
    const question = all.reduce((it, { apply }) => apply(it), first);
    const read = questionFromJson(questionToJson(question));
    assertEquals(read, JSON.parse(JSON.stringify(question)));
    assertEquals(questionFromJson(question), read);
    assertEquals(questionToJson(read), questionToJson(questionFromJson(read)));
  }));
});

Deno.test("a document survives the way to JSON and back", () => {
  fc.assert(fc.property(doc, (given) => {
    assertEquals(docFromJson(docToJson(given)), JSON.parse(docToJson(given)));
  }));
});

Deno.test("any JSON is a question, or a TypeError", () => {
  const name = fc.constantFrom(
    "type",
    "filter",
    "role",
    "context",
    "history",
    "documents",
    "questions",
    "text",
    "metadata",
    "score",
  );
  const odd = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("node"), { maxLength: 3 }),
      fc.dictionary(name, tie("node"), { maxKeys: 4 }),
    ),
  })).node;
  fc.assert(
    fc.property(odd.filter((it) => typeof it !== "string"), (value) => {
      try {
        const question = questionFromJson(value);
        assertEquals(questionFromJson(questionToJson(question)), question);
      } catch (error) {
        assertEquals((error as Error).name, "TypeError");
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a prompt has every text of its question, in the engines' order", () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const words = fc.array(word, { maxLength: 3 });
  fc.assert(fc.property(
    fc.record({ context: words, goals: words, asked: words, docs: words }),
    fc.boolean(),
    ({ context, goals, asked, docs }, expectJson) => {
      const question = createQuestion({
        expectJson,
        context,
        goals,
        questions: asked.map((text) => ({ text })),
        documents: docs.map((page_content) => ({ page_content })),
      });
      const old = [...goals, ...asked, ...context, ...docs];
      assertEquals(inOrder(getPrompt(question), old), true);
      const new11 = [...context, ...docs, ...goals, ...asked];
      const prompt = getPrompt(question, { layout: "1.1" });
      assertEquals(inOrder(prompt, new11), true);
      assertEquals(/[^\r]\n(?! {20})|\r(?!\n)/.test(prompt), false);
    },
  ));
});

/** Whether the words stand in the text one after the other. */
function inOrder(text: string, words: readonly string[]): boolean {
  let at = 0;
  return words.every((word) => {
    const found = text.indexOf(word, at);
    at = found + word.length;
    return found >= 0;
  });
}
