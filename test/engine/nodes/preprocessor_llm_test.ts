import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Doc } from "../../../schema/doc.ts";
import type { JsonObject } from "../../../schema/json.ts";
import type { Question } from "../../../schema/question.ts";
import type { ControlCall } from "../../../lib/engine/node.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";

const CHUNKS = {
  chunks: [
    { content: " The first part. " },
    { content: "The next part.", summary: false },
    { content: "  " },
    { content: "Parts.", summary: true },
  ],
};

async function open(
  answer: unknown = CHUNKS,
  config: JsonObject = {},
  lengths: readonly [number, number] = [16_384, 4_096],
): Promise<{ pipe: BenchPipe; asked: Question[] }> {
  const asked: Question[] = [];
  const control = (_class: string, { op, args }: ControlCall): unknown => {
    switch (op) {
      case "getContextLength":
        return lengths[0];
      case "getOutputLength":
        return lengths[1];
      case "getTokenCounter":
        return (text: string) => text.length;
      default:
        asked.push(args.question as Question);
        return { answer, expectJson: true };
    }
  };
  const bench = await startNode(builtin("preprocessor_llm"), config);
  return { pipe: bench.open({ control }), asked };
}

function brief(documents: readonly Doc[] = []): unknown[] {
  return documents.map(({ page_content, metadata }) => [
    page_content,
    metadata?.chunkId,
    metadata?.isTable,
    metadata?.isSummary,
  ]);
}

Deno.test("preprocessor_llm makes documents of the chunks, and one of the summary", async () => {
  const { pipe, asked } = await open();
  await pipe.send("text", "The first part. ");
  await pipe.send("text", "The next part.");
  assertEquals(asked, []);
  await pipe.finish();
  assertEquals(asked.map(({ context }) => context), [
    ["The first part. The next part."],
  ]);
  assert(asked[0]?.instructions[0]?.instructions.includes("384 tokens"));
  assertEquals(pipe.on("documents").map(brief), [[
    ["The first part.", 0, false, undefined],
    ["The next part.", 1, false, undefined],
    ["Parts.", 2, false, true],
  ]]);
});

Deno.test("preprocessor_llm cuts tables between lines, without the LLM, first of all", async () => {
  const { pipe, asked } = await open(CHUNKS, { numberOfTokens: 6 });
  await pipe.send("text", "Text.");
  await pipe.send("table", "| a |\n| - |\n| 1 |\n| 2 |");
  await pipe.send("table", " \n");
  assertEquals(asked, []);
  await pipe.finish();
  const [tables, texts, ...more] = pipe.on("documents");
  assertEquals(brief(tables), [
    ["| a |\n| - |", 0, true, undefined],
    ["| 1 |\n| 2 |", 1, true, undefined],
  ]);
  assertEquals(texts?.[0]?.metadata?.chunkId, 2);
  assertEquals(more, []);
});

Deno.test("preprocessor_llm shows the model no more than it can repeat", async () => {
  const text = Array.from({ length: 1_000 }, (_, at) => `w${at}`).join(" ");
  for (const lengths of [[100_000, 2_000], [5_000, 50_000]] as const) {
    const { pipe, asked } = await open([], {}, lengths);
    await pipe.send("text", text);
    await pipe.finish();
    const pieces = asked.map(({ context }) => context[0]!);
    assertEquals(pieces.join(" "), text);
    assert(pieces.length > 1);
    const most = Math.min(lengths[0] / 2, lengths[1] - 500);
    for (const piece of pieces) assert(piece.length < most);
    assertEquals(pipe.on("documents"), []);
  }
});

Deno.test("preprocessor_llm takes a bare list, and nothing of nothing", async () => {
  const bare = await open([{ content: "a" }]);
  await bare.pipe.send("text", "a");
  await bare.pipe.finish();
  assertEquals(bare.pipe.on("documents").map(brief), [
    [["a", 0, false, undefined]],
  ]);
  const blank = await open();
  await blank.pipe.send("text", "\n");
  await blank.pipe.finish();
  assertEquals([blank.asked, blank.pipe.emitted], [[], []]);
});

Deno.test("preprocessor_llm fails on what are no chunks, and on lengths that are none", async () => {
  for (const answer of ["text", { chunks: "text" }, ["text"], {}]) {
    const { pipe } = await open(answer);
    await pipe.send("text", "a");
    await assertRejects(
      () => pipe.finish(),
      ExecutionException,
      "The model did not answer a list of chunks",
    );
  }
  await assertRejects(
    () => open(CHUNKS, { numberOfTokens: 0 }),
    ValidationException,
  );
});
