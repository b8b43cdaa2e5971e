import { assertEquals, assertRejects } from "@std/assert";
import type { Doc, DocFilter, DocMetadata } from "../../../schema/doc.ts";
import type { JsonObject } from "../../../schema/json.ts";
import {
  createQuestion,
  type Question,
  type QuestionOptions,
} from "../../../schema/question.ts";
import type { Lane, NodeDefinition } from "../../../lib/engine/node.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type BenchPipe, only, startNode } from "./harness.ts";

const MODEL = "test-model";

function storeNodes(): readonly NodeDefinition[] {
  return builtinNodes().filter(({ classType }) => classType.includes("store"));
}

function doc(
  objectId: string,
  chunkId: number,
  embedding: readonly number[],
  meta: Partial<DocMetadata> = {},
): Doc {
  return {
    type: "Document",
    page_content: `${objectId}.${chunkId};`,
    embedding,
    embedding_model: MODEL,
    metadata: { objectId, chunkId, isDeleted: false, ...meta },
  };
}

function asking(
  embedding: readonly number[],
  filter: DocFilter = {},
  more: QuestionOptions = {},
): Question {
  return createQuestion({
    questions: [{ text: "q", embedding, embedding_model: MODEL }],
    filter,
    ...more,
  });
}

async function open(
  config: JsonObject = {},
  listens: readonly Lane[] = ["documents"],
  nodes: readonly NodeDefinition[] = storeNodes(),
  provider = "chroma",
): Promise<BenchPipe> {
  const bench = await startNode(only(nodes, provider), config);
  return bench.open({ listens });
}

/** What a question finds, as `text=score`. */
async function found(pipe: BenchPipe, question: Question): Promise<string[]> {
  assertEquals(await pipe.send("questions", question), "consume");
  const documents = pipe.on("documents").at(-1) ?? [];
  return documents.map(({ page_content, score }) =>
    `${page_content}=${score?.toFixed(2)}`
  );
}

Deno.test("every store of RocketRide keeps documents and finds those that match", async () => {
  const providers = [
    "qdrant",
    "chroma",
    "milvus",
    "pinecone",
    "weaviate",
    "astra_db",
    "mongodb+srv",
    "postgres",
    "elasticsearch",
    "opensearch",
  ];
  assertEquals(storeNodes().map(({ provider }) => provider), providers);
  for (const provider of providers) {
    const pipe = await open({}, ["documents"], storeNodes(), provider);
    const stored = doc("test-doc-1", 0, [0.1, 0.2, 0.3, 0.4, 0.5], {
      nodeId: "n",
      custom: { kept: true },
    });
    assertEquals(await pipe.send("documents", [stored]), undefined);
    await pipe.send("questions", asking([0.1, 0.2, 0.3, 0.4, 0.5]));
    const [[hit, ...more] = []] = pipe.on("documents");
    const { embedding: _, embedding_model: __, ...plain } = stored;
    assertEquals([{ ...hit, score: Math.round((hit?.score ?? 0) * 1e9) }], [
      { ...plain, score: 1e9 },
    ]);
    assertEquals(more, []);
  }
});

Deno.test("a store finds the nearest first, and leaves out what is too far", async () => {
  const documents = [
    doc("far", 0, [-1, 0.1]),
    doc("aside", 0, [0, 1]),
    doc("near", 0, [2, 1]),
    doc("same", 0, [3, 0]),
  ];
  const question = asking([1, 0]);
  const byDefault = await open();
  await byDefault.send("documents", documents);
  assertEquals(await found(byDefault, question), [
    "same.0;=1.00",
    "near.0;=0.95",
    "aside.0;=0.50",
  ]);
  const strict = await open({ profile: "local", local: { score: 0.9 } });
  await strict.send("documents", documents);
  assertEquals(await found(strict, question), ["same.0;=1.00", "near.0;=0.95"]);
  const open_ = await open({ score: 0 });
  await open_.send("documents", documents);
  assertEquals((await found(open_, question)).length, 4);
});

Deno.test("limit and offset choose a page", async () => {
  const pipe = await open();
  await pipe.send(
    "documents",
    Array.from({ length: 30 }, (_, at) => doc("o", at, [1, at / 30])),
  );
  const page = async (filter: DocFilter): Promise<number> =>
    (await found(pipe, asking([1, 0], filter))).length;
  assertEquals(await page({}), 25);
  assertEquals(await page({ limit: null }), 25);
  assertEquals(await page({ limit: 100 }), 30);
  assertEquals(await page({ limit: 100, offset: 28 }), 2);
  assertEquals(
    (await found(pipe, asking([1, 0], { limit: 1, offset: 1 })))[0]
      ?.startsWith("o.1;"),
    true,
  );
  assertEquals(
    await found(
      pipe,
      createQuestion({
        ...asking([1, 0]),
        filter: null,
      }),
    ).then(({ length }) => length),
    25,
  );
});

Deno.test("several texts find together what each finds, once, with the better score", async () => {
  const pipe = await open({ score: 0.6 });
  await pipe.send("documents", [
    doc("a", 0, [1, 0]),
    doc("b", 0, [0, 1]),
    doc("c", 0, [-1, -1]),
  ]);
  const text = (embedding: readonly number[]): Question["questions"][0] => ({
    text: "q",
    embedding,
    embedding_model: MODEL,
  });
  const question = createQuestion({
    type: "semantic",
    questions: [text([1, 2]), text([1, 0])],
  });
  assertEquals(await found(pipe, question), ["a.0;=1.00", "b.0;=0.95"]);
  const one = { ...question, filter: { limit: 1 } };
  assertEquals(await found(pipe, one), ["a.0;=1.00"]);
});

Deno.test("keyword finds texts with all words, get all that the filter lets through", async () => {
  const pipe = await open();
  const text = (page_content: string, chunkId: number): Doc => ({
    ...doc("o", chunkId, [1]),
    page_content,
  });
  await pipe.send("documents", [
    text("The Capital of France", 0),
    text("capital letters", 1),
  ]);
  const ask = (type: Question["type"], words: string): Question =>
    createQuestion({ type, questions: [{ text: words }] });
  assertEquals(await found(pipe, ask("keyword", "france, CAPITAL!")), [
    "The Capital of France=1.00",
  ]);
  assertEquals(await found(pipe, ask("keyword", "capital")), [
    "The Capital of France=1.00",
    "capital letters=1.00",
  ]);
  assertEquals(await found(pipe, ask("keyword", "?")), []);
  assertEquals(await found(pipe, ask("get", "")), [
    "The Capital of France=1.00",
    "capital letters=1.00",
  ]);
  assertEquals(await found(pipe, ask("dialect", "")), []);
});

Deno.test("chunk 0 begins its object anew; other chunks replace themselves", async () => {
  const pipe = await open();
  const all = createQuestion({ type: "get" });
  await pipe.send("documents", [0, 1, 2].map((at) => doc("a", at, [1])));
  await pipe.send("documents", [doc("b", 0, [1])]);
  await pipe.send("documents", [doc("a", 3, [1])]);
  await pipe.send("documents", [{ ...doc("a", 1, [1]), page_content: "new" }]);
  const texts = async (): Promise<string[]> =>
    (await found(pipe, all)).map((text) => text.split("=")[0]!).sort();
  assertEquals(await texts(), ["a.0;", "a.2;", "a.3;", "b.0;", "new"]);
  await pipe.send("documents", [doc("a", 0, [1])]);
  assertEquals(await texts(), ["a.0;", "b.0;"]);
});

Deno.test("deleted documents are found only when they are asked for", async () => {
  const pipe = await open();
  await pipe.send("documents", [
    doc("a", 0, [1]),
    doc("b", 0, [1], { isDeleted: true }),
  ]);
  const get = (isDeleted: boolean | null): Promise<string[]> =>
    found(pipe, createQuestion({ type: "get", filter: { isDeleted } }));
  assertEquals(await get(null), ["a.0;=1.00"]);
  assertEquals(await get(false), ["a.0;=1.00"]);
  assertEquals(await get(true), ["b.0;=1.00"]);
});

Deno.test("whole documents and whole tables take the place of their parts", async () => {
  const pipe = await open({ score: 0.6 });
  const table = { isTable: true, tableId: 0 };
  await pipe.send("documents", [
    doc("a", 0, [0, 1], table),
    doc("a", 1, [1, 0], table),
    doc("a", 2, [1, 1]),
    doc("a", 3, [-1, 0]),
    doc("b", 0, [1, 0.1]),
  ]);
  const texts = async (filter: DocFilter): Promise<string[]> =>
    await found(pipe, asking([1, 0], filter));
  assertEquals(await texts({}), ["a.1;=1.00", "b.0;=1.00", "a.2;=0.85"]);
  assertEquals(await texts({ fullTables: true }), [
    "a.0;a.1;=1.00",
    "b.0;=1.00",
    "a.2;=0.85",
  ]);
  assertEquals(await texts({ fullDocuments: true, fullTables: true }), [
    "a.0;a.1;a.2;a.3;=1.00",
    "b.0;=1.00",
  ]);
});

Deno.test("a store answers on the lanes that somebody listens to", async () => {
  const nodes = storeNodes();
  const filling = await open({}, [], nodes);
  await filling.send("documents", [doc("a", 0, [1, 0]), doc("b", 0, [1, 1])]);
  const question = asking([1, 0], { objectIds: null }, { context: ["kept"] });
  await filling.send("questions", question);
  assertEquals(filling.emitted, []);

  const pipe = await open({}, ["answers", "questions", "documents"], nodes);
  await pipe.send("questions", question);
  const [documents] = pipe.on("documents");
  assertEquals(documents?.length, 2);
  assertEquals(pipe.on("answers"), [{
    answer: JSON.stringify(documents),
    expectJson: false,
  }]);
  assertEquals(pipe.on("questions"), [{
    ...question,
    documents: documents!,
    filter: { ...question.filter, objectIds: ["a", "b"] },
  }]);
});

Deno.test("what a question brings along stays, and a question that finds nothing goes on", async () => {
  const pipe = await open({}, ["questions"]);
  const none = asking([1, 0]);
  await pipe.send("questions", none);
  assertEquals(pipe.on("questions"), [none]);
  await pipe.send("documents", [doc("a", 0, [1, 0])]);
  const brought: Doc[] = [
    { page_content: "loose" },
    {
      page_content: "old",
      score: 0.2,
      metadata: { objectId: "a", chunkId: 0 },
    },
  ];
  await pipe.send("questions", { ...none, documents: brought });
  const question = pipe.on("questions").at(-1);
  assertEquals(question?.documents.map(({ page_content }) => page_content), [
    "a.0;",
    "loose",
  ]);
  assertEquals(question?.filter?.objectIds, ["a"]);
});

Deno.test("tasks of one engine share a collection; names and stores keep apart", async () => {
  const nodes = storeNodes();
  const all = createQuestion({ type: "get" });
  await (await open({}, [], nodes)).send("documents", [doc("a", 0, [1])]);
  const other = { profile: "local", local: { collection: "other" } };
  assertEquals(await found(await open({}, ["documents"], nodes), all), [
    "a.0;=1.00",
  ]);
  assertEquals(await found(await open(other, ["documents"], nodes), all), []);
  const qdrant = await open({}, ["documents"], nodes, "qdrant");
  assertEquals(await found(qdrant, all), []);
  assertEquals(await found(await open(), all), []);
});

Deno.test("vectors of another kind are refused, and nothing of the write is kept", async () => {
  const pipe = await open();
  const { embedding: _, ...bare } = doc("x", 0, []);
  const { metadata: __, ...nowhere } = doc("x", 0, [1, 0]);
  const must = "You must run your documents through an embedding filter";
  const refused = async (documents: Doc[], text: string): Promise<void> => {
    await assertRejects(
      () => pipe.send("documents", documents),
      ExecutionException,
      text,
    );
  };
  await refused([bare], must);
  await pipe.send("documents", [doc("a", 0, [1, 0])]);
  const good = doc("b", 0, [1, 0]);
  await refused([good, bare], must);
  await refused([good, { ...good, embedding_model: null }], must);
  await refused(
    [good, { ...good, embedding_model: "other" }],
    "The collection uses test-model but the document was encoded with other",
  );
  await refused(
    [good, doc("c", 0, [1, 0, 0])],
    "The collection uses a vector size of 2 but the document has 3 vector size",
  );
  await refused(
    [good, doc("c", 0, [1, NaN])],
    "The vector of a document must be of numbers",
  );
  await refused(
    [good, nowhere],
    "A document without metadata cannot be stored",
  );
  assertEquals(await found(pipe, createQuestion({ type: "get" })), [
    "a.0;=1.00",
  ]);
  await pipe.send("documents", []);
});

Deno.test("a question whose vector does not fit is refused", async () => {
  const pipe = await open();
  await pipe.send("documents", [doc("a", 0, [1, 0])]);
  const refused = async (question: Question, text: string): Promise<void> => {
    await assertRejects(
      () => pipe.send("questions", question),
      ExecutionException,
      text,
    );
  };
  const must = "You must run your question through an embedding filter";
  await refused(createQuestion({ questions: [{ text: "q" }] }), must);
  await refused(
    createQuestion({ questions: [{ text: "q", embedding: [1, 0] }] }),
    must,
  );
  await refused(
    createQuestion({
      questions: [{ text: "q", embedding: [1], embedding_model: "other" }],
    }),
    "The collection uses test-model but the question was encoded with other",
  );
  await refused(
    asking([1]),
    "The collection uses a vector size of 2 but the question has 1 vector size",
  );
});

Deno.test("a store warns of what it is, and of a filter that it has no use for", async () => {
  const [store] = storeNodes();
  assertEquals(
    store?.limitation,
    "In-memory substitute: documents are kept by this engine alone, until it " +
      "is closed.",
  );
  const pipe = await open();
  await pipe.send("questions", asking([1], { name: "*.txt" }));
  assertEquals(pipe.warnings, [
    "The filter 'name' is not looked at: documents have none",
  ]);
});

Deno.test("a store refuses settings that cannot be meant", async () => {
  for (const config of [{ score: 2 }, { score: "high" }, { collection: 1 }]) {
    await assertRejects(() => open(config), ValidationException);
  }
  const search = only(storeNodes(), "opensearch");
  await assertRejects(
    () => startNode(search, { mode: "index", matchOperator: "not" }),
    ValidationException,
  );
});

Deno.test("elasticsearch and opensearch index texts in the mode index", async () => {
  const lanes: Lane[] = ["text", "answers", "documents", "questions"];
  for (const provider of ["elasticsearch", "opensearch"]) {
    const nodes = storeNodes();
    const find = async (
      query: string,
      config: JsonObject = {},
    ): Promise<readonly string[]> => {
      const whole = { mode: "index", index: "notes", ...config };
      const pipe = await open(whole, lanes, nodes, provider);
      const question = createQuestion({ questions: [{ text: query }] });
      assertEquals(await pipe.send("questions", question), "consume");
      const texts = pipe.on("text");
      assertEquals(pipe.on("answers").map(({ answer }) => answer), texts);
      assertEquals(
        pipe.on("documents").flat().map(({ page_content }) => page_content),
        texts,
      );
      assertEquals(pipe.on("questions"), []);
      return texts;
    };
    const filling = await open(
      { mode: false, collection: "notes" },
      lanes,
      nodes,
      provider,
    );
    const rain = "Rain in Spain falls mainly on the plain";
    const won = "Spain won";
    const truth = "The plain truth";
    for (const text of [rain, won, truth, " "]) {
      await filling.send("text", text);
    }
    assertEquals(await find("Spain"), [won, rain]);
    assertEquals(await find("spain plain"), [rain, won, truth]);
    assertEquals(await find("spain plain", { matchOperator: "and" }), [
      rain,
    ]);
    assertEquals(await find("the PLAIN", { matchOperator: "exact" }), [
      truth,
      rain,
    ]);
    assertEquals(await find("snow"), []);
    assertEquals(await find(""), []);
  }
});

/** What an index finds in its texts. */
async function indexed(
  texts: readonly string[],
  query: string,
  config: JsonObject = {},
  provider = "elasticsearch",
): Promise<readonly string[]> {
  const pipe = await open(
    { mode: "index", ...config },
    ["text", "documents"],
    storeNodes(),
    provider,
  );
  for (const text of texts) await pipe.send("text", text);
  await pipe.send(
    "questions",
    createQuestion({ questions: [{ text: query }] }),
  );
  const documents = pipe.on("documents").flat();
  assertEquals(documents.map((doc) => doc.page_content), pipe.on("text"));
  return pipe.on("text");
}

const LANGUAGES: readonly (readonly [string, readonly string[]])[] = [
  ["我喜欢吃苹果，我住在北京市海淀区。", ["苹果", "北京", "北京市", "北"]],
  ["東京都に住んでいます。コンピューターを買った", ["東京", "コンピューター"]],
  ["ภาษาไทยเป็นภาษาที่สวยงาม", ["ไทย", "สวยงาม"]],
  ["ຂ້ອຍຮັກປະເທດລາວ", ["ລາວ"]],
  ["ខ្ញុំស្រឡាញ់ភាសាខ្មែរ", ["ស្រឡាញ់"]],
  ["हिन्दी में लिखा हुआ पाठ", ["हिन्दी", "पाठ"]],
  ["தமிழ் மொழி", ["தமிழ்"]],
  ["اَلْعَرَبِيَّةُ لغة جميلة", ["اَلْعَرَبِيَّةُ", "لغة"]],
  ["می\u200cخواهم بنویسم", ["میخواهم"]],
  ["한국어 문장을 찾는다", ["한국어"]],
  ["co\u00adoperate", ["cooperate"]],
  ["Un cafe\u0301 noir", ["CAFÉ"]],
  ["ＦＵＬＬ ｗｉｄｔｈ", ["full width"]],
];

Deno.test("words of every language are found, in indexes and by keyword", async () => {
  const texts = LANGUAGES.map(([text]) => text);
  for (const [text, queries] of LANGUAGES) {
    for (const query of queries) {
      for (const matchOperator of ["or", "and", "exact"]) {
        const found = await indexed(texts, query, { matchOperator });
        assertEquals(found, [text], `${query} ${matchOperator}`);
      }
      const pipe = await open();
      const docs = texts.map((page_content, at) => ({
        ...doc("o", at, [1]),
        page_content,
      }));
      await pipe.send("documents", docs);
      const question = {
        type: "keyword",
        questions: [{ text: query }],
      } as const;
      assertEquals(await found(pipe, createQuestion(question)), [
        `${text}=1.00`,
      ]);
    }
  }
  // A vowel sign is a part of its word, and not where another begins.
  assertEquals(await indexed(["कि", "का"], "क"), []);
  assertEquals(await indexed(["कि", "का"], "का"), ["का"]);
});

Deno.test("a long text without spaces is found by what it ends with", async () => {
  const text = "我喜欢吃苹果".repeat(200) + "北京";
  assertEquals(await indexed([text, "上海"], "北京"), [text]);
});

Deno.test("slop allows other words between those of a row", async () => {
  const [row, apart] = ["one two three", "one and two, and three"] as const;
  const texts = [row, apart, "three two one"];
  const find = (slop: number | string): Promise<readonly string[]> =>
    indexed(texts, "one two three", { matchOperator: "exact", slop });
  assertEquals(await find(0), [row]);
  assertEquals(await find(1), [row]);
  assertEquals(await find("2"), [row, apart]);
  const twice = { matchOperator: "exact", slop: 5 };
  assertEquals(await indexed(["one"], "one one", twice), []);
  assertEquals(await indexed(["one one"], "one one", twice), ["one one"]);
  // A row that begins later may be shorter than the first that begins.
  const late = "one x x x one two";
  const near = { matchOperator: "exact", slop: 1 };
  assertEquals(await indexed([late], "one two", near), [late]);
  await assertRejects(() => indexed([], "", { slop: -1 }), ValidationException);
});

const mark = (text: string): string =>
  `<mark class="ap-highlight">${text}</mark>`;

Deno.test("highlight returns snippets around the matches", async () => {
  const text = "Nothing here. It rains on the plain. " +
    "Words of no interest follow each other, on and on and on. ".repeat(10) +
    "On the plain, RAIN falls.\nThe end.";
  const config = { highlight: true, fragment_size: 40 };
  assertEquals(await indexed([text], "rain plain", config), [
    `It rains on the ${mark("plain")}.`,
    `On the ${mark("plain")}, ${mark("RAIN")} falls.\nThe end.`,
  ]);
  assertEquals(
    await indexed([text], "the plain rain", {
      ...config,
      matchOperator: "exact",
    }),
    [`On ${mark("the")} ${mark("plain")}, ${mark("RAIN")} falls.\nThe end.`],
  );
  const whole = { highlight: true, fragment_size: 0 };
  assertEquals(await indexed(["北京市。"], "北京", whole), [
    `${mark("北京市")}。`,
  ]);
  assertEquals(
    await indexed(["住在北京市。"], "北京", {
      ...whole,
      matchOperator: "exact",
    }, "opensearch"),
    [`住在${mark("北京")}市。`],
  );
});

Deno.test("of many snippets, the five with the most matches are returned", async () => {
  const text = Array.from(
    { length: 9 },
    (_, at) => `Number ${at} is a${at % 2 === 0 ? "" : " and a"} here.`,
  ).join(" ");
  const config = { highlight: true, fragment_size: 30 };
  const snippets = await indexed([text], "a", config);
  assertEquals(
    snippets.map((snippet) => snippet.match(/\d/)?.[0]),
    ["0", "1", "3", "5", "7"],
  );
});

Deno.test("snippets fit their size and lose no half of a character", async () => {
  const text = "𠮷野家で苹果を食べた".repeat(40);
  for (const fragment_size of [1, 7, 8, 9, 10, 33]) {
    const config = { highlight: true, fragment_size };
    const snippets = await indexed([text], "苹果", config);
    assertEquals(snippets.length, 5);
    for (const snippet of snippets) {
      const plain = snippet.replaceAll(/<[^>]*>/g, "");
      assertEquals(plain.length <= Math.max(2, fragment_size), true);
      assertEquals(text.includes(plain) && plain.isWellFormed(), true);
      assertEquals(snippet.includes(mark("苹果")), true);
    }
  }
});

Deno.test("opensearch gives no questions, and each text by itself", async () => {
  const [opensearch] = storeNodes().slice(-1);
  assertEquals(opensearch?.lanes.questions, ["text", "answers", "documents"]);
  const lanes: Lane[] = ["text", "answers", "documents"];
  const pipe = await open({ mode: true }, lanes, storeNodes(), "opensearch");
  await pipe.send("documents", [doc("a", 0, [1, 0]), doc("b", 0, [1, 1])]);
  await pipe.send("questions", asking([1, 0]));
  assertEquals(pipe.on("text"), ["a.0;", "b.0;"]);
  assertEquals(pipe.on("answers").map(({ answer }) => answer), pipe.on("text"));
  assertEquals(pipe.on("documents").length, 1);
});

Deno.test("postgres warns if vectors are to be compared otherwise", async () => {
  const postgres = only(storeNodes(), "postgres");
  const warnings = async (config: JsonObject): Promise<string[]> =>
    (await startNode(postgres, config)).record.warnings;
  assertEquals(await warnings({}), []);
  assertEquals(await warnings({ similarity: "l2" }), [
    "Vectors are compared by cosine here, not by l2",
  ]);
});
