import { assertEquals } from "@std/assert";
import { createQuestion } from "../../../schema/question.ts";
import { chat, close, connect, getTaskStatus, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { builtin, startNode } from "./harness.ts";

Deno.test("memory_persistent lets questions and answers pass as they are, in every profile", async () => {
  const question = createQuestion({ questions: [{ text: "Why?" }] });
  const answer = { answer: { a: 1 }, expectJson: true };
  for (const profile of ["memory", "redis", "custom"]) {
    const pipe = (await startNode(builtin("memory_persistent"), { profile }))
      .open();
    await pipe.send("questions", question);
    await pipe.send("answers", answer);
    assertEquals(pipe.emitted, [
      { lane: "questions", payload: question },
      { lane: "answers", payload: answer },
    ]);
  }
});

forEachTransport(
  "a chat goes through memory_persistent once, with a warning",
  async (options) => {
    const session = await connect(options);
    const task = await use(session, {
      pipeline: graph(
        ["in=chat"],
        ["memory=memory_persistent", "questions<in"],
        ["llm=llm_mock", "questions<memory"],
        ["out=response_answers", "answers<llm"],
      ),
    });
    assertEquals((await chat(session, task, "Why?")).answers, ["Why?"]);
    const { warnings } = await getTaskStatus(session, task);
    assertEquals(warnings.map((text) => text.includes("Nothing is kept")), [
      true,
    ]);
    await close(session);
  },
);
