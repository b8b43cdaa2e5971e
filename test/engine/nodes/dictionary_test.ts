import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Question } from "../../../schema/question.ts";
import type { ControlCall } from "../../../lib/engine/node.ts";
import { promptText } from "../../../lib/engine/nodes/prompt_text.ts";
import { graph } from "../../support/one_object.ts";
import { forEachTransport } from "../../support/engines.ts";
import { close, connect, send, use, validate } from "../../../mod.ts";
import { builtin, startNode } from "./harness.ts";

const TERM = { term: "SKU", description: "A unit of stock." };

/** Answers each call with the next of some answers; notes the questions. */
function scripted(
  answers: unknown[],
): {
  asked: Question[];
  control: (type: string, call: ControlCall) => unknown;
} {
  const asked: Question[] = [];
  return {
    asked,
    control: (type, { op, args }): unknown => {
      assertEquals([type, op], ["llm", "ask"]);
      asked.push(args.question as Question);
      return { answer: answers.shift(), expectJson: true };
    },
  };
}

Deno.test("dictionary makes a document of each term, numbered through the object", async () => {
  const { asked, control } = scripted([[TERM, { term: "B" }], [], ["bare"]]);
  const bench = await startNode(builtin("dictionary"));
  const pipe = bench.open({ control, object: { path: "a/b" } });
  for (const text of ["first", "second", "third"]) {
    assertEquals(await pipe.send("text", text), undefined);
  }
  await pipe.finish();
  assertEquals(asked.length, 3);
  const written = pipe.on("documents");
  assertEquals(written.map((docs) => docs.length), [2, 1]);
  const docs = written.flat();
  assertEquals(docs.map(({ page_content }) => page_content), [
    JSON.stringify(TERM),
    '{"term":"B"}',
    '"bare"',
  ]);
  assertEquals(docs.map(({ metadata }) => metadata?.chunkId), [0, 1, 2]);
  assertEquals(docs[0]?.metadata?.isTable, false);
  assertEquals(docs[0]?.metadata?.parent, "a/b");
  assertEquals(docs[0]?.metadata?.signature, "dictionary_1");
});

Deno.test("dictionary asks for JSON, and shows the model the text", async () => {
  const { asked, control } = scripted([[]]);
  const pipe = (await startNode(builtin("dictionary"))).open({ control });
  await pipe.send("text", "Every SKU counts");
  assertEquals(asked[0]?.expectJson, true);
  assert(promptText(asked[0]!).includes("Every SKU counts"));
});

Deno.test("dictionary asks nothing about blank text", async () => {
  const pipe = (await startNode(builtin("dictionary"))).open();
  await pipe.send("text", " \n");
  await pipe.finish();
  assertEquals(pipe.emitted, []);
});

Deno.test("dictionary fails on an answer that is no list, and with its model", async () => {
  const bench = await startNode(builtin("dictionary"));
  for (const answer of [TERM, "text", null]) {
    const pipe = bench.open({ control: scripted([answer]).control });
    await assertRejects(
      () => pipe.send("text", "x"),
      Error,
      "The model did not answer a list of terms",
    );
  }
  const control = (): never => {
    throw new Error("Out of order");
  };
  await assertRejects(
    () => bench.open({ control }).send("text", "x"),
    Error,
    "Out of order",
  );
});

Deno.test("dictionary stops when the pipe is abandoned", async () => {
  const signal = AbortSignal.abort(new Error("gone"));
  const pipe = (await startNode(builtin("dictionary"))).open({ signal });
  await assertRejects(() => pipe.send("text", "x"), Error, "gone");
});

const PIPELINE = {
  components: graph(
    ["in=webhook"],
    ["words=dictionary", "text<in"],
    ["model=llm_mock", "llm!words"],
    ["out=response_documents", "documents<words"],
  ).components.map((component) =>
    component.id === "model"
      ? { ...component, config: { replies: [{ match: "SKU", reply: [TERM] }] } }
      : component
  ),
  source: "in",
};

forEachTransport("a dictionary is made by an LLM", async (options) => {
  const session = await connect(options);
  const task = await use(session, { pipeline: PIPELINE });
  const { documents } = await send(session, task, "Count the SKU.", {
    mimeType: "text/plain",
  });
  const [doc] = documents as { page_content: string }[];
  assertEquals(JSON.parse(doc!.page_content), TERM);
  const alone = PIPELINE.components.filter(({ id }) => id !== "model");
  const { errors } = await validate(session, {
    pipeline: { ...PIPELINE, components: alone },
  });
  assertEquals(errors?.map(({ message }) => message), [
    "Component words needs at least 1 'llm' helper, but has 0",
  ]);
  await close(session);
});
