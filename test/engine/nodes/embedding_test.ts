import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Doc } from "../../../schema/doc.ts";
import type { JsonObject, JsonValue } from "../../../schema/json.ts";
import { createQuestion } from "../../../schema/question.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import type { EmbeddingFunction } from "../../../lib/engine/nodes/retrieval/embedding.ts";
import type { NodeDefinition } from "../../../lib/engine/node.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { type ModelCall, withModelServer } from "../../support/model_server.ts";
import { type BenchPipe, only, startNode } from "./harness.ts";

function embeddingNodes(
  embedding?: EmbeddingFunction | "words",
): readonly NodeDefinition[] {
  return builtinNodes({ embedding })
    .filter(({ classType }) => classType.includes("embedding"));
}

const SMALL = "text-embedding-3-small";

function doc(page_content: string, chunkId = 0): Doc {
  return {
    type: "Document",
    page_content,
    metadata: { objectId: "o", chunkId },
  };
}

function inputs({ body }: ModelCall): readonly string[] {
  return body.input as readonly string[];
}

/** The vectors of an answer: each text's length, and one. */
function embeddings(call: ModelCall): JsonObject {
  const data = inputs(call).map((text, index): JsonValue => ({
    object: "embedding",
    index,
    embedding: [text.length, 1],
  }));
  // In whatever order: each says where it belongs.
  return { object: "list", data: data.toReversed() };
}

async function openai(
  fetch: typeof globalThis.fetch,
  config: JsonObject = { apikey: "sk-1" },
): Promise<BenchPipe> {
  const node = only(embeddingNodes(), "embedding_openai");
  return (await startNode(node, config, { fetch })).open();
}

Deno.test("embedding_openai gives documents their vectors, over real HTTP", async () => {
  await withModelServer(embeddings, async ({ calls, fetch }) => {
    const pipe = await openai(fetch);
    const documents = [doc("four"), doc("", 1), { page_content: null }];
    assertEquals(await pipe.send("documents", documents), "consume");
    assertEquals(
      calls.map(({ url, headers, body }) => [
        url,
        headers.authorization,
        body,
      ]),
      [[
        "https://api.openai.com/v1/embeddings",
        "Bearer sk-1",
        { model: SMALL, input: ["four", " ", " "], encoding_format: "float" },
      ]],
    );
    assertEquals(pipe.on("documents"), [[
      { ...doc("four"), embedding: [4, 1], embedding_model: SMALL },
      { ...doc("", 1), embedding: [1, 1], embedding_model: SMALL },
      { page_content: null, embedding: [1, 1], embedding_model: SMALL },
    ]]);
    assertEquals(documents[0], doc("four"));
  });
});

Deno.test("embedding_openai gives each text of a question its vector", async () => {
  await withModelServer(embeddings, async ({ fetch }) => {
    const pipe = await openai(fetch, {
      profile: "text-embedding-3-large",
      "text-embedding-3-large": { apikey: "k" },
    });
    const question = createQuestion({
      questions: [{ text: "ab" }, { text: "abc" }],
      context: ["kept"],
    });
    assertEquals(await pipe.send("questions", question), "consume");
    const embedding_model = "text-embedding-3-large";
    assertEquals(pipe.on("questions"), [{
      ...question,
      questions: [
        { text: "ab", embedding: [2, 1], embedding_model },
        { text: "abc", embedding: [3, 1], embedding_model },
      ],
    }]);
  });
});

Deno.test("many texts go in several requests, in their order", async () => {
  await withModelServer(embeddings, async ({ calls, fetch }) => {
    const pipe = await openai(fetch);
    const texts = Array.from({ length: 1_100 }, (_, at) => "x".repeat(at % 9));
    const large = ["é".repeat(200_000), "b".repeat(300_000), "c"];
    await pipe.send("documents", [...texts, ...large].map((text) => doc(text)));
    assertEquals(calls.map((call) => inputs(call).length), [512, 512, 77, 2]);
    const [documents = []] = pipe.on("documents");
    assertEquals(
      documents.map(({ embedding }) => embedding?.[0]),
      [...texts, ...large].map(({ length }) => Math.max(1, length)),
    );
  });
});

Deno.test("where there is nothing to embed, nothing is asked", async () => {
  const pipe = await openai(() =>
    Promise.reject(new Error("Not to be called"))
  );
  await pipe.send("documents", []);
  await pipe.send("questions", createQuestion());
  assertEquals(pipe.on("documents"), [[]]);
  assertEquals(pipe.on("questions"), [createQuestion()]);
});

Deno.test("what are no embeddings, and what the API refuses, fail the write", async () => {
  const occurred = "An error occurred with the OpenAI API.";
  const answers: [JsonObject | Response, string][] = [
    [{ data: [] }, `${occurred} The answer is not a list of embeddings`],
    [
      { data: [{ index: 0, embedding: ["1"] }] },
      `${occurred} The answer is not a list of embeddings`,
    ],
    [
      { data: [{ index: 7, embedding: [1] }] },
      `${occurred} The answer is not a list of embeddings`,
    ],
    // An array that is as long as that would be the end of the process.
    [
      { data: [{ index: 2 ** 32 - 2, embedding: [1] }] },
      `${occurred} The answer is not a list of embeddings`,
    ],
    [{}, `${occurred} The answer is not a list of embeddings`],
    [Response.json({ error: {} }, { status: 401 }), "Invalid API key."],
    [
      Response.json({ error: { message: "Too long" } }, { status: 400 }),
      `${occurred} HTTP 400: Too long`,
    ],
  ];
  for (const [answer, text] of answers) {
    await withModelServer(() => answer, async ({ fetch }) => {
      const pipe = await openai(fetch);
      const error = await assertRejects(
        () => pipe.send("documents", [doc("a")]),
        ExecutionException,
      );
      assertEquals(error.message, text);
      assertEquals(pipe.emitted, []);
    });
  }
});

Deno.test("embedding_openai needs a key, unless something else embeds", async () => {
  const node = only(embeddingNodes(), "embedding_openai");
  await assertRejects(
    () => startNode(node, {}),
    ValidationException,
    "'apikey' is required",
  );
  await assertRejects(
    () => startNode(node, { apikey: "k", model: "" }),
    ValidationException,
    "'model' is empty",
  );
  const words = only(embeddingNodes("words"), "embedding_openai");
  const pipe = (await startNode(words, {})).open();
  await pipe.send("documents", [doc("Some words")]);
  const [[embedded] = []] = pipe.on("documents");
  assertEquals(embedded?.embedding_model, SMALL);
  assertEquals(embedded?.embedding?.length, 384);
});

Deno.test("a function embeds instead of every model", async () => {
  const seen: unknown[] = [];
  const embed: EmbeddingFunction = (texts, { signal, ...rest }) => {
    assert(!signal.aborted);
    seen.push([texts, rest]);
    return Promise.resolve(texts.map(({ length }) => [length]));
  };
  for (const node of embeddingNodes(embed)) {
    const bench = await startNode(node, {});
    const pipe = bench.open();
    await pipe.send("documents", [doc("abc")]);
    assertEquals(pipe.on("documents")[0]?.[0]?.embedding, [3]);
    assertEquals(node.limitation, undefined);
  }
  assertEquals(seen, [
    [["abc"], {
      id: "embedding_openai_1",
      provider: "embedding_openai",
      model: SMALL,
    }],
    [["abc"], {
      id: "embedding_transformer_1",
      provider: "embedding_transformer",
      model: "sentence-transformers/multi-qa-MiniLM-L6-cos-v1",
    }],
  ]);
  for (const wrong of [[], [[]], [[NaN]], [[1], [2]], "x"]) {
    const bad = (() => wrong) as unknown as EmbeddingFunction;
    const node = only(embeddingNodes(bad), "embedding_openai");
    const pipe = (await startNode(node, {})).open();
    await assertRejects(
      () => pipe.send("documents", [doc("a")]),
      ExecutionException,
      "The function 'embedding' did not return a vector for each text",
    );
  }
});

Deno.test("embedding_transformer compares words, and says so", async () => {
  const node = only(embeddingNodes(), "embedding_transformer");
  assert(node.limitation?.includes("by the words that they share"));
  const sizes: [JsonObject, number][] = [
    [{}, 384],
    [{ profile: "mpnet" }, 768],
    [{ profile: "custom", custom: { model: "my/model" } }, 384],
  ];
  for (const [config, size] of sizes) {
    const pipe = (await startNode(node, config)).open();
    await pipe.send("documents", [doc("a word")]);
    assertEquals(pipe.on("documents")[0]?.[0]?.embedding?.length, size);
  }
});

Deno.test("embedding_transformer puts prefixes before texts and cuts vectors", async () => {
  const seen: string[] = [];
  const embed: EmbeddingFunction = (texts) => {
    seen.push(...texts);
    return texts.map(({ length }) => [length, 1, 2]);
  };
  const custom = {
    model: "my/model",
    truncate_dim: 2,
    document_prefix: "passage: ",
    query_prefix: "query: ",
  };
  const node = only(embeddingNodes(embed), "embedding_transformer");
  const pipe = (await startNode(node, { profile: "custom", custom })).open();
  await pipe.send("documents", [doc("abc")]);
  await pipe.send("questions", createQuestion({ questions: [{ text: "a" }] }));
  assertEquals(seen, ["passage: abc", "query: a"]);
  const [[embedded] = []] = pipe.on("documents");
  assertEquals([embedded?.embedding, embedded?.page_content], [[12, 1], "abc"]);
});

Deno.test("compared words are words of every language", async () => {
  const node = only(embeddingNodes(), "embedding_transformer");
  const pipe = (await startNode(node, {})).open();
  const similar = async (...texts: string[]): Promise<number> => {
    await pipe.send("documents", texts.map((text) => doc(text)));
    const [a = [], b = []] = (pipe.on("documents").at(-1) ?? [])
      .map(({ embedding = [] }) => embedding);
    return a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  };
  for (
    const [question, near, far] of [
      ["北京在哪里", "我住在北京", "我喜欢吃苹果"],
      ["ภาษาไทย", "ภาษาไทยเป็นภาษาที่สวยงาม", "วันนี้ฝนตก"],
      ["東京に住む", "東京都に住んでいます", "本を読んだ"],
    ] as const
  ) {
    const better = await similar(question, near);
    assert(better > await similar(question, far) + 0.1, question);
  }
  assert(await similar("कि", "का") < 0.6);
});
