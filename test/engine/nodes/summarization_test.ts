import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import type { Question } from "../../../schema/question.ts";
import type { ControlCall, Lane } from "../../../lib/engine/node.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";

const ANSWER = {
  summary: "It rains. ",
  keyPoints: ["Wet", { title: "Streets", summary: "slippery" }, 7, ""],
  entities: ["Rain", "Street"],
};

interface Rig {
  readonly pipe: BenchPipe;
  readonly asked: Question[];
}

interface RigOptions {
  readonly config?: JsonObject;
  readonly listens?: readonly Lane[];
  /** What the LLM holds and replies, in tokens of a letter each. */
  readonly lengths?: readonly [number, number];
  readonly answer?: unknown;
}

async function open(options: RigOptions = {}): Promise<Rig> {
  const { config = {}, listens = ["text", "documents"], answer = ANSWER } =
    options;
  const [holds, replies] = options.lengths ?? [100_000, 4_096];
  const asked: Question[] = [];
  const control = (classType: string, { op, args }: ControlCall): unknown => {
    assertEquals(classType, "llm");
    switch (op) {
      case "getContextLength":
        return holds;
      case "getOutputLength":
        return replies;
      case "getTokenCounter":
        return (text: string) => text.length;
      default:
        asked.push(args.question as Question);
        return { answer, expectJson: true };
    }
  };
  const bench = await startNode(builtin("summarization"), config);
  return { pipe: bench.open({ control, listens }), asked };
}

Deno.test("summarization sums the whole text up when the object is complete", async () => {
  const { pipe, asked } = await open();
  assertEquals(await pipe.send("text", "It rains. "), undefined);
  await pipe.send("text", "It pours.");
  assertEquals([asked, pipe.emitted], [[], []]);
  await pipe.finish();
  assertEquals(asked.map(({ context, expectJson }) => [context, expectJson]), [
    [["It rains. It pours."], true],
  ]);
  assertEquals(pipe.on("text"), [
    "Summmary:\n    It rains.\n\n\n\n" +
    "Key Points:\n   - Wet\n   - Streets: slippery\n\n\n" +
    "Entities:\n   - Rain\n   - Street\n\n\n",
  ]);
  const [documents = []] = pipe.on("documents");
  assertEquals(
    documents.map(({ page_content, metadata }) => [
      page_content,
      metadata?.chunkId,
    ]),
    [
      ["Summary:\nIt rains.\n", 0],
      ["Key Points:\n- Wet\n- Streets: slippery\n", 1],
      ["Entities:\n- Rain\n- Street\n", 2],
    ],
  );
});

Deno.test("summarization cuts what the model cannot hold, and takes the first pieces", async () => {
  const words = Array.from({ length: 2_000 }, (_, at) => `word${at}`);
  const text = words.join(" ");
  const { pipe, asked } = await open({ lengths: [4_000, 1_000] });
  await pipe.send("text", text);
  await pipe.finish();
  const pieces = asked.map(({ context }) => context[0]!);
  assertEquals(pieces.length, 2);
  assert(text.startsWith(pieces.join(" ")));
  for (const piece of pieces) {
    assert(piece.length > 500 && piece.length < 3_000);
  }
  assertEquals(pipe.on("documents")[0]?.length, 6);
  const one = await open({
    lengths: [4_000, 1_000],
    config: { profile: "default", default: { numberOfSummaries: 1 } },
  });
  await one.pipe.send("text", text);
  await one.pipe.finish();
  assertEquals(one.asked.length, 1);
});

Deno.test("summarization cuts even for a model that holds next to nothing", async () => {
  const { pipe, asked } = await open({ lengths: [100, 4_096] });
  await pipe.send("text", "x".repeat(90));
  await pipe.finish();
  assertEquals(asked.map(({ context }) => context[0]?.length), [25, 25]);
});

Deno.test("summarization leaves out what is not wanted", async () => {
  const parts: [JsonObject, string, string][] = [
    [{ numberOfSummaryWords: 0 }, "keyPoints,entities", "Key Points:"],
    [{ numberOfKeyPointWords: 0 }, "summary,entities", "Summmary:"],
    [{ numberOfEntities: 0 }, "summary,keyPoints", "Summmary:"],
  ];
  for (const [config, names, heading] of parts) {
    const { pipe, asked } = await open({ config });
    await pipe.send("text", "It rains.");
    await pipe.finish();
    const [question] = asked;
    const told = question?.instructions.map(({ subtitle }) => subtitle);
    assertEquals(told?.slice(0, -1).join(), names);
    const example = JSON.parse(question?.examples[0]?.result ?? "");
    assertEquals(Object.keys(example).join(), names);
    assert(pipe.on("text")[0]?.startsWith(heading));
    assertEquals(pipe.on("documents")[0]?.length, 2);
  }
});

Deno.test("summarization writes to whoever listens, and nothing of nothing", async () => {
  for (const lane of ["text", "documents"] as const) {
    const { pipe } = await open({ listens: [lane] });
    await pipe.send("text", "It rains.");
    await pipe.finish();
    assertEquals(pipe.emitted.map((one) => one.lane), [lane]);
  }
  const blank = await open();
  await blank.pipe.send("text", " \n");
  await blank.pipe.finish();
  assertEquals([blank.asked, blank.pipe.emitted], [[], []]);
  const empty = await open({ answer: {} });
  await empty.pipe.send("text", "It rains.");
  await empty.pipe.finish();
  assertEquals(empty.pipe.emitted, []);
});

Deno.test("summarization fails on what is no summary, and on settings that are none", async () => {
  const { pipe } = await open({ answer: ["It rains."] });
  await pipe.send("text", "It rains.");
  await assertRejects(
    () => pipe.finish(),
    ExecutionException,
    "The model did not answer a summary",
  );
  for (const config of [{ numberOfSummaries: 0 }, { numberOfEntities: -1 }]) {
    await assertRejects(() => open({ config }), ValidationException);
  }
});
