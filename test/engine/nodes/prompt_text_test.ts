import { assert, assertEquals } from "@std/assert";
import { createQuestion } from "../../../schema/question.ts";
import { promptText } from "../../../lib/engine/nodes/prompt_text.ts";

Deno.test("promptText of a question that has only texts is these texts", () => {
  const ask = (...texts: string[]) =>
    promptText(createQuestion({ questions: texts.map((text) => ({ text })) }));
  assertEquals(ask("What?"), "What?");
  assertEquals(ask("What?", "Why?"), "What?\nWhy?");
  assertEquals(ask(), "");
});

Deno.test("promptText puts the sections in the order of the engine", () => {
  const text = promptText(createQuestion({
    role: "You are R",
    instructions: [{ subtitle: " Form ", instructions: " I " }],
    examples: [{ given: "G", result: "A" }],
    history: [{ role: "user", content: "H" }],
    context: ["C1", "C2"],
    documents: [
      { page_content: "D", metadata: { objectId: "o", chunkId: 0 } },
      {},
    ],
    goals: ["Z"],
    questions: [{ text: "Q" }],
  }));
  assertEquals(
    text,
    [
      "You are R",
      "## Instructions\n1. Form: I",
      "## Examples\nExample 1\nGiven: G\nAnswer: A",
      "## Conversation so far\nuser: H",
      "## Context\n1. C1\n2. C2",
      "## Documents\nDocument 1: D\nDocument 2: ",
      "## Goals\n1. Z",
      "## Question\nQ",
    ].join("\n\n"),
  );
});

Deno.test("promptText puts the instruction about JSON first, and a sterner one on retry", () => {
  const question = createQuestion({
    expectJson: true,
    instructions: [{ subtitle: "Own", instructions: "text" }],
    questions: [{ text: "a" }, { text: "b" }],
  });
  const first = promptText(question).split("\n");
  assertEquals(first[0], "## Instructions");
  assert(first[1]?.startsWith("1. Form of the answer: "));
  assertEquals(first[2], "2. Own: text");
  assert(promptText(question).endsWith("## Questions\na\nb"));
  const again = promptText(question, { retry: true }).split("\n");
  assert(again[2]?.startsWith("2. Correction: "));
  assertEquals(again[3], "3. Own: text");
});

Deno.test("promptText ignores retry when no JSON is expected", () => {
  const question = createQuestion({ questions: [{ text: "a" }] });
  assertEquals(promptText(question, { retry: true }), "a");
});

Deno.test("promptText drops control characters but not tabs and line ends", () => {
  const question = createQuestion({
    questions: [{ text: "a\0\x1b\tb\r\n\x7fc" }],
  });
  assertEquals(promptText(question), "a\tb\r\nc");
});
