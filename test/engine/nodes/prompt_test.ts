import { assertEquals, assertRejects } from "@std/assert";
import { createQuestion } from "../../../schema/question.ts";
import { ValidationException } from "../../../lib/errors.ts";
import { builtin, startNode } from "./harness.ts";

Deno.test("prompt merges what an object brings into one question at closing", async () => {
  const bench = await startNode(builtin("prompt"), {
    instructions: ["Be brief", " ", "Be kind "],
  });
  const pipe = bench.open();
  await pipe.send(
    "questions",
    createQuestion({
      role: "lost",
      history: [{ role: "user", content: "lost" }],
      questions: [{ text: "One?" }, { text: "Two?" }],
    }),
  );
  await pipe.send("text", "A fact");
  await pipe.send("documents", [{ page_content: "A document" }]);
  await pipe.send("table", "| a |");
  await pipe.send(
    "questions",
    createQuestion({ questions: [{ text: "Three?" }] }),
  );
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  assertEquals(pipe.on("questions"), [createQuestion({
    instructions: [
      { subtitle: "User Instruction 1", instructions: "Be brief" },
      { subtitle: "User Instruction 2", instructions: "Be kind" },
    ],
    context: ["A fact", "| a |"],
    documents: [{ page_content: "A document" }],
    questions: [{ text: "One?" }, { text: "Two?" }, { text: "Three?" }],
  })]);
});

Deno.test("prompt does not number a single instruction, and has one of its own", async () => {
  for (
    const config of [{ instructions: "Be brief" }, {}, { instructions: "" }]
  ) {
    const pipe = (await startNode(builtin("prompt"), config)).open();
    await pipe.send("text", "x");
    await pipe.finish();
    const [question] = pipe.on("questions");
    assertEquals(question?.instructions.length, 1);
    assertEquals(question?.instructions[0]?.subtitle, "User Instruction");
    assertEquals(
      question?.instructions[0]?.instructions === "Be brief",
      config.instructions === "Be brief",
    );
  }
});

Deno.test("prompt takes the instructions of its profile", async () => {
  const bench = await startNode(builtin("prompt"), {
    profile: "default",
    default: { instructions: ["Be brief"] },
  });
  const pipe = bench.open();
  await pipe.send("text", "x");
  await pipe.finish();
  assertEquals(pipe.on("questions")[0]?.instructions, [
    { subtitle: "User Instruction", instructions: "Be brief" },
  ]);
});

Deno.test("prompt asks nothing when an object brings nothing", async () => {
  const pipe = (await startNode(builtin("prompt"))).open();
  await pipe.finish();
  assertEquals(pipe.emitted, []);
});

Deno.test("prompt starts empty for each object", async () => {
  const bench = await startNode(builtin("prompt"));
  const first = bench.open();
  await first.send("text", "first");
  await first.finish();
  const second = bench.open();
  await second.send("text", "second");
  await second.finish();
  assertEquals(second.on("questions")[0]?.context, ["second"]);
});

Deno.test("prompt replaces its input", () => {
  assertEquals(builtin("prompt").replaces, true);
});

Deno.test("prompt refuses instructions that are not texts", async () => {
  for (const instructions of [7, ["a", 7], { a: "b" }]) {
    await assertRejects(
      () => startNode(builtin("prompt"), { instructions }),
      ValidationException,
      "Component prompt_1: 'instructions' must be a text or a list of texts",
    );
  }
});

Deno.test("prompt stops when the pipe is abandoned", async () => {
  const controller = new AbortController();
  const pipe = (await startNode(builtin("prompt"))).open({
    signal: controller.signal,
  });
  await pipe.send("text", "x");
  controller.abort(new Error("gone"));
  await assertRejects(() => pipe.finish(), Error, "gone");
  assertEquals(pipe.emitted, []);
});
