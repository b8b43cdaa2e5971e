import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import type { Question } from "../../../schema/question.ts";
import type { ControlCall, Lane } from "../../../lib/engine/node.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type BenchPipe, builtin, startNode } from "./harness.ts";

const FIELDS: JsonObject[] = [
  { column: "name", type: "text" },
  { column: "age", type: "int", defval: 0 },
  { column: "town", defval: "" },
];

interface Rig {
  readonly pipe: BenchPipe;
  readonly asked: Question[];
}

/** A pipe whose LLM gives these answers, one after the other. */
async function open(
  answers: readonly unknown[],
  listens: readonly Lane[] = ["answers", "documents"],
): Promise<Rig> {
  const asked: Question[] = [];
  const left = [...answers];
  const control = (classType: string, { op, args }: ControlCall): unknown => {
    assertEquals([classType, op], ["llm", "ask"]);
    asked.push(args.question as Question);
    return { answer: left.shift(), expectJson: true };
  };
  const bench = await startNode(builtin("extract_data"), { fields: FIELDS });
  return { pipe: bench.open({ control, listens }), asked };
}

Deno.test("extract_data answers the rows, and a document of each", async () => {
  const { pipe, asked } = await open([[{ name: "Ada", age: 36, more: 1 }, {}]]);
  assertEquals(await pipe.send("text", "Ada was 36."), "consume");
  assertEquals(pipe.emitted, []);
  await pipe.finish();
  const rows = [
    { name: "Ada", age: 36, more: 1, town: null },
    { name: null, age: 0, town: null },
  ];
  assertEquals(pipe.on("answers"), [{ answer: rows, expectJson: true }]);
  const [documents = []] = pipe.on("documents");
  assertEquals(
    documents.map((doc) => [
      JSON.parse(doc.page_content!),
      doc.metadata?.chunkId,
      doc.metadata?.objectId,
      doc.metadata?.signature,
    ]),
    rows.map((row, at) => [row, at, "object-1", "extract_data_1"]),
  );
  const [question] = asked;
  assertEquals(question?.expectJson, true);
  assertEquals(question?.documents[0]?.page_content, "Ada was 36.");
  assertEquals(question?.context, []);
  const [table] = question?.instructions ?? [];
  assert(
    table?.instructions.endsWith(
      '- "name" (text)\n- "age" (int, 0 when there is none)\n- "town" (text)',
    ),
  );
});

Deno.test("extract_data shows the rows so far with every further text", async () => {
  const first = [{ name: "Ada", age: 36, town: "London" }];
  const both = [...first, { name: "Bob", age: 7, town: "Bonn" }];
  const { pipe, asked } = await open([first, both]);
  await pipe.send("text", "Ada");
  await pipe.send("text", "  \n");
  await pipe.send("table", "| Bob |");
  await pipe.finish();
  assertEquals(pipe.on("answers").map(({ answer }) => answer), [both]);
  assertEquals(asked.map(({ context }) => context), [
    [],
    [JSON.stringify(first)],
  ]);
});

Deno.test("extract_data takes one object for one row, and no text for none", async () => {
  const one = await open([{ name: "Ada", age: 1, town: "x" }]);
  await one.pipe.send("text", "Ada");
  await one.pipe.finish();
  assertEquals(one.pipe.on("answers")[0]?.answer, [
    { name: "Ada", age: 1, town: "x" },
  ]);
  const none = await open([]);
  await none.pipe.finish();
  assertEquals(none.pipe.on("answers"), [{ answer: [], expectJson: true }]);
  assertEquals(none.pipe.on("documents"), []);
});

Deno.test("extract_data writes to whoever listens", async () => {
  for (const lane of ["answers", "documents"] as const) {
    const { pipe } = await open([[{ name: "Ada" }]], [lane]);
    await pipe.send("text", "Ada");
    await pipe.finish();
    assertEquals(pipe.emitted.map((one) => one.lane), [lane]);
  }
});

Deno.test("extract_data fails on what is no list of rows", async () => {
  for (const answer of ["none", null, 3, [1], [{}, "x"]]) {
    const { pipe } = await open([answer]);
    await assertRejects(
      () => pipe.send("text", "Ada"),
      ExecutionException,
      "The model did not answer a list of rows",
    );
  }
});

Deno.test("extract_data needs columns that make sense", async () => {
  const cases: [JsonObject, string][] = [
    [{}, "'fields' needs a column"],
    [{ fields: "name" }, "'fields' must be a list of objects"],
    [{ fields: [{}] }, "'fields[0]' needs a 'column'"],
    [{ fields: [{ column: " " }] }, "'fields[0]' needs a 'column'"],
    [
      { fields: [{ column: "a", type: 1 }] },
      "'fields[0]' has a 'type' that is no text",
    ],
    [
      { fields: [{ column: "a" }, { column: "a " }] },
      "'fields' has a column twice",
    ],
    [
      { profile: "default", default: { fields: [] } },
      "'fields' needs a column",
    ],
  ];
  for (const [config, text] of cases) {
    await assertRejects(
      () => startNode(builtin("extract_data"), config),
      ValidationException,
      text,
    );
  }
});
