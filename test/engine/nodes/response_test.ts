import { assertEquals } from "@std/assert";
import { createQuestion } from "../../../schema/question.ts";
import { close, connect, send, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";
import type { JsonObject } from "../../../schema/json.ts";

async function open(
  provider: string,
  config: JsonObject = {},
): Promise<BenchPipe> {
  const bench = await startNode(builtin(provider), config);
  return bench.open({ object: { name: "report.csv" } });
}

function values(pipe: BenchPipe): unknown[] {
  return pipe.responses.map(({ value }) => value);
}

Deno.test("response_text writes one string at close, two line ends after each chunk", async () => {
  const pipe = await open("response_text");
  for (const text of ["a", "b", "c", "d"]) await pipe.send("text", text);
  assertEquals(pipe.responses, []);
  await pipe.finish();
  assertEquals(pipe.responses, [
    { field: "text", lane: "text", value: "a\n\nb\n\nc\n\nd\n\n" },
  ]);
});

Deno.test("response_text writes nothing when no text came", async () => {
  const pipe = await open("response_text");
  await pipe.finish();
  assertEquals(pipe.responses, []);
});

Deno.test("response_table writes each table when it comes", async () => {
  const pipe = await open("response_table");
  await pipe.send("table", "| a |\n");
  await pipe.send("table", "| b |\n");
  assertEquals(pipe.responses, [
    { field: "table", lane: "table", value: "| a |\n" },
    { field: "table", lane: "table", value: "| b |\n" },
  ]);
});

Deno.test("response_documents writes each document alone, without nulls", async () => {
  const pipe = await open("response_documents", { laneName: "chunks" });
  await pipe.send("documents", [
    {
      page_content: "one",
      tokens: null,
      context: null,
      metadata: { objectId: "o", chunkId: 0, nodeId: "n", extra: null },
    },
    { type: "Other", page_content: null, metadata: null },
  ]);
  assertEquals(pipe.responses, [
    {
      field: "chunks",
      lane: "documents",
      value: {
        type: "Document",
        page_content: "one",
        metadata: { objectId: "o", chunkId: 0, nodeId: "n" },
      },
    },
    { field: "chunks", lane: "documents", value: { type: "Other" } },
  ]);
});

Deno.test("response_questions writes whole questions with nulls and defaults", async () => {
  const pipe = await open("response_questions");
  await pipe.send(
    "questions",
    createQuestion({ questions: [{ text: "Why?" }], role: "Owl" }),
  );
  assertEquals(values(pipe), [{
    type: "question",
    filter: {
      fullTables: false,
      fullDocuments: false,
      offset: 0,
      limit: 25,
      minChunkId: null,
      maxChunkId: null,
      nodeId: null,
      parent: null,
      name: null,
      permissions: null,
      isDeleted: null,
      objectIds: null,
      chunkIds: null,
      isTable: null,
      tableIds: null,
      useQuickRank: false,
      useGroupRank: false,
      followUpQuestions: 5,
      context: false,
    },
    expectJson: false,
    role: "Owl",
    instructions: [],
    history: [],
    examples: [],
    context: [],
    goals: [],
    documents: [],
    questions: [{ text: "Why?", embedding_model: null, embedding: null }],
  }]);
});

Deno.test("response_questions keeps a null filter and an embedding", async () => {
  const pipe = await open("response_questions");
  await pipe.send(
    "questions",
    createQuestion({
      filter: null,
      questions: [{ text: "q", embedding_model: "m", embedding: [1] }],
    }),
  );
  const [question] = values(pipe) as Record<string, unknown>[];
  assertEquals(question?.filter, null);
  assertEquals(question?.questions, [
    { text: "q", embedding_model: "m", embedding: [1] },
  ]);
});

Deno.test("response_answers writes JSON when it was asked for, else text", async () => {
  const pipe = await open("response_answers");
  await pipe.send("answers", { answer: "Eight.", expectJson: false });
  await pipe.send("answers", { answer: { a: 1 }, expectJson: false });
  await pipe.send("answers", { answer: undefined, expectJson: false });
  await pipe.send("answers", { answer: { a: 1 }, expectJson: true });
  await pipe.send("answers", { answer: '{"a":[2]}', expectJson: true });
  await pipe.send("answers", { answer: "12", expectJson: true });
  await pipe.send("answers", { answer: "[broken", expectJson: true });
  assertEquals(values(pipe), [
    "Eight.",
    '{"a":1}',
    "",
    { a: 1 },
    { a: [2] },
    "12",
    "[broken",
  ]);
});

Deno.test("response_image writes the unchanged bytes in base64 at the end", async () => {
  const pipe = await open("response_image");
  const bytes = Uint8Array.from({ length: 70_001 }, (_, at) => at % 251);
  const mimeType = "image/webp";
  await pipe.send("image", { action: "begin", mimeType });
  for (const [from, to] of [[0, 5], [5, 50_000], [50_000, 70_001]]) {
    const part = bytes.slice(from, to);
    await pipe.send("image", { action: "write", mimeType, bytes: part });
    part.fill(0);
  }
  assertEquals(pipe.responses, []);
  await pipe.send("image", { action: "end", mimeType });
  const [value] = values(pipe) as { mime_type: string; image: string }[];
  assertEquals(value?.mime_type, "image/webp");
  const decoded = Uint8Array.from(
    atob(value!.image),
    (sign) => sign.charCodeAt(0),
  );
  assertEquals(decoded, bytes);
});

Deno.test("response_image keeps two images of an object apart", async () => {
  const pipe = await open("response_image");
  for (const [type, byte] of [["image/png", 1], ["image/gif", 2]] as const) {
    const bytes = Uint8Array.of(byte);
    await pipe.send("image", { action: "begin", mimeType: type });
    await pipe.send("image", { action: "write", mimeType: type, bytes });
    await pipe.send("image", { action: "end", mimeType: type });
  }
  assertEquals(values(pipe), [
    { mime_type: "image/png", image: "AQ==" },
    { mime_type: "image/gif", image: "Ag==" },
  ]);
});

for (const lane of ["audio", "video"] as const) {
  Deno.test(`response_${lane} writes each step without its data`, async () => {
    const pipe = await open(`response_${lane}`);
    const mimeType = `${lane}/mp4`;
    await pipe.send(lane, { action: "begin", mimeType });
    await pipe.send(lane, {
      action: "write",
      mimeType,
      bytes: new Uint8Array(7),
    });
    await pipe.send(lane, { action: "end", mimeType });
    const url = "null://Stream/report.csv";
    assertEquals(values(pipe), [
      { url, aviAction: "AVI_ACTION.BEGIN", mimeType, size: 0 },
      { url, aviAction: "AVI_ACTION.WRITE", mimeType, size: 7 },
      { url, aviAction: "AVI_ACTION.END", mimeType, size: 0 },
    ]);
  });
}

Deno.test("response takes every lane, and names fields like the lanes", async () => {
  const pipe = await open("response", { lanes: [] });
  await pipe.send("table", "| a |");
  await pipe.send("answers", { answer: "b", expectJson: false });
  await pipe.send("text", "c");
  await pipe.finish();
  assertEquals(pipe.responses, [
    { field: "table", lane: "table", value: "| a |" },
    { field: "answers", lane: "answers", value: "b" },
    { field: "text", lane: "text", value: "c\n\n" },
  ]);
});

Deno.test("response names fields by `lanes`, and by `laneName` before that", async () => {
  const lanes = [
    { laneId: "answers", laneName: "summary" },
    { laneId: "text" },
    "nonsense",
  ];
  const byLane = await open("response", { lanes });
  await byLane.send("answers", { answer: "b", expectJson: false });
  await byLane.send("table", "t");
  assertEquals(byLane.responses.map(({ field }) => field), [
    "summary",
    "table",
  ]);
  const byName = await open("response", { lanes, laneName: "all" });
  await byName.send("answers", { answer: "b", expectJson: false });
  await byName.send("table", "t");
  assertEquals(byName.responses.map(({ field }) => field), ["all", "all"]);
});

forEachTransport(
  "a response takes the name of its field from the section of its profile",
  async (options) => {
    const session = await connect(options);
    const pipeline = graph(["in=webhook"], ["out=response_text", "text<in"]);
    const components = pipeline.components.map((component) =>
      component.id === "out"
        ? {
          ...component,
          config: { profile: "default", default: { laneName: "body" } },
        }
        : component
    );
    const task = await use(session, { pipeline: { ...pipeline, components } });
    const result = await send(session, task, "a", { mimeType: "text/plain" });
    assertEquals(result.body, ["a\n\n"]);
    await close(session);
  },
);

Deno.test("response nodes take an empty laneName for none, and warn of a long one", async () => {
  const empty = await open("response_table", { laneName: "" });
  await empty.send("table", "t");
  assertEquals(empty.responses[0]?.field, "table");
  const long = await startNode(builtin("response_table"), {
    laneName: "x".repeat(33),
  });
  assertEquals(long.record.warnings, [
    "Component response_table_1: 'laneName' is longer than 32 characters",
  ]);
});

Deno.test("response nodes pass nothing on", () => {
  const nodes = builtinNodes().filter(({ provider }) =>
    provider.startsWith("response")
  );
  assertEquals(nodes.length, 9);
  for (const { lanes } of nodes) {
    assertEquals(Object.values(lanes).flat(), []);
  }
});
