import { assertEquals, assertRejects } from "@std/assert";
import { createQuestion } from "../../../schema/question.ts";
import { builtin, startNode } from "./harness.ts";

Deno.test("question makes a question of each trimmed text, and none of blank text", async () => {
  const pipe = (await startNode(builtin("question"))).open();
  for (const text of ["  What? \n", "\n \t", "", "Why?"]) {
    await pipe.send("text", text);
  }
  assertEquals(pipe.on("questions"), [
    createQuestion({ questions: [{ text: "What?" }] }),
    createQuestion({ questions: [{ text: "Why?" }] }),
  ]);
});

Deno.test("question lets the text pass on its own lane", async () => {
  const pipe = (await startNode(builtin("question"))).open();
  assertEquals(await pipe.send("text", "What?"), undefined);
});

Deno.test("question stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("question"))).open({ signal });
  await assertRejects(() => pipe.send("text", "What?"), Error, "gone");
});
