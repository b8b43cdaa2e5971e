import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import type { Doc } from "../../../schema/doc.ts";
import type { JsonObject } from "../../../schema/json.ts";
import { createQuestion } from "../../../schema/question.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import { chat, close, connect, use } from "../../../mod.ts";
import { forEachTransport } from "../../support/engines.ts";
import { graph } from "../../support/one_object.ts";
import { type Bench, only, startNode } from "./harness.ts";

const EXA = only(builtinNodes(), "tool_exa_search");
const RERANK = only(builtinNodes(), "rerank_cohere");

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: JsonObject;
}

/** An API of one answer, and what it was asked. */
function api(
  answer: (body: JsonObject) => unknown,
  status = 200,
): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: async (input, init): Promise<Response> => {
      const request = new Request(input, init);
      const body = await request.json();
      sent.push({ url: request.url, headers: request.headers, body });
      return Response.json(answer(body), { status });
    },
  };
}

function exa(fetch: typeof globalThis.fetch, more = {}): Promise<Bench> {
  return startNode(EXA, { apikey: "key", ...more }, { fetch });
}

function search(bench: Bench, args: JsonObject): Promise<unknown> {
  return bench.open().invoke({ op: "invoke", args: { tool: "search", args } });
}

Deno.test("tool_exa_search asks Exa as it is set up, and answers what Exa does", async () => {
  const answer = { results: [{ title: "a" }], costDollars: 1 };
  const { fetch, sent } = api(() => answer);
  assertEquals(await search(await exa(fetch), { query: "tulips" }), answer);
  const bench = await exa(fetch, {
    numResults: 3,
    searchType: "keyword",
    useAutoprompt: false,
    includeText: false,
  });
  await search(bench, { query: "tulips" });
  await search(bench, { query: "tulips", numResults: 7 });
  assertEquals(
    sent.map(({ url, headers }) => [url, headers.get("x-api-key")]),
    [
      ["https://api.exa.ai/search", "key"],
      ["https://api.exa.ai/search", "key"],
      ["https://api.exa.ai/search", "key"],
    ],
  );
  const query = "tulips";
  const keyword = { query, type: "keyword", useAutoprompt: false };
  assertEquals(sent.map(({ body }) => body), [
    {
      query,
      type: "auto",
      useAutoprompt: true,
      contents: { text: true },
      numResults: 10,
    },
    { ...keyword, numResults: 3 },
    { ...keyword, numResults: 7 },
  ]);
});

Deno.test("tool_exa_search tells what Exa refuses, without the key", async () => {
  const refusing = api(() => ({ error: "bad key: secret-key" }), 401);
  const bench = await exa(refusing.fetch, { apikey: "secret-key" });
  const error = await assertRejects(() => search(bench, { query: "x" }), Error);
  assertEquals(error.message.includes("secret-key"), false);
  const odd = await exa(api(() => ({})).fetch);
  await assertRejects(() => search(odd, { query: "x" }), Error, "no results");
});

Deno.test("searching and ranking need a key", async () => {
  for (const node of [EXA, RERANK]) {
    for (
      const [apikey, fault] of [
        ["", "'apikey' is missing"],
        ["${ROCKETRIDE_KEY}", "'apikey' uses ${ROCKETRIDE_KEY}"],
      ]
    ) {
      await assertRejects(
        () => startNode(node, { apikey: apikey! }),
        Error,
        `Component ${node.provider}_1: ${fault}`,
      );
    }
  }
});

const DOCS: readonly Doc[] = ["a", "b", "c"].map((page_content) => ({
  page_content,
}));

function rerank(
  results: unknown,
  config: JsonObject = {},
): { bench: Promise<Bench>; sent: Sent[] } {
  const { fetch, sent } = api(() => ({ results }));
  const whole = { apikey: "key", ...config };
  return { bench: startNode(RERANK, whole, { fetch }), sent };
}

const WHY = createQuestion({ questions: [{ text: "Why?" }], documents: DOCS });

Deno.test("rerank_cohere puts the documents of a question in order", async () => {
  const { bench, sent } = rerank([
    { index: 2, relevance_score: 0.2 },
    { index: 0, relevance_score: 0.9 },
    { index: 1, relevance_score: 0.1 },
  ], { top_n: 9, min_score: "0.2" });
  const pipe = (await bench).open();
  assertEquals(await pipe.send("questions", WHY), "consume");
  const docs = [{ page_content: "a", score: 0.9 }, {
    page_content: "c",
    score: 0.2,
  }];
  assertEquals(pipe.on("documents"), [docs]);
  assertEquals(pipe.on("answers"), [
    { answer: "a\n\nc", expectJson: false },
  ]);
  assertEquals(pipe.on("questions"), []);
  const { url, headers, body } = sent[0]!;
  assertEquals([url, headers.get("authorization")], [
    "https://api.cohere.com/v2/rerank",
    "Bearer key",
  ]);
  assertEquals(body, {
    model: "rerank-english-v3.0",
    query: "Why?",
    documents: ["a", "b", "c"],
    top_n: 3,
  });
});

Deno.test("rerank_cohere has the profiles of RocketRide's", async () => {
  for (
    const [profile, model] of [
      ["rerank-v3.5", "rerank-v3.5"],
      ["rerank-english-v3.0", "rerank-english-v3.0"],
      ["custom", "my-model"],
    ] as const
  ) {
    const { fetch, sent } = api(() => ({ results: [] }));
    const own = {
      apikey: "key",
      top_n: 2,
      ...(profile === "custom" && { model }),
    };
    const config = { profile, [profile]: own };
    const pipe = (await startNode(RERANK, config, { fetch })).open();
    await pipe.send("questions", WHY);
    assertEquals(sent.map(({ body }) => [body.model, body.top_n]), [[
      model,
      2,
    ]]);
  }
  await assertRejects(
    () => startNode(RERANK, { profile: "custom", custom: { apikey: "key" } }),
    Error,
    "'model' is empty",
  );
});

Deno.test("rerank_cohere asks the first text about documents that have one", async () => {
  const { bench, sent } = rerank([{ index: 1, relevance_score: 0.4 }]);
  const pipe = (await bench).open();
  const metadata = { objectId: "b", chunkId: 3 };
  const question = createQuestion({
    questions: [{ text: "Why?" }, { text: "And how?" }],
    documents: [
      { page_content: " " },
      { page_content: "a" },
      {},
      { page_content: "b", metadata },
    ],
  });
  await pipe.send("questions", question);
  const { query, documents } = sent[0]!.body;
  assertEquals([query, documents], ["Why?", ["a", "b"]]);
  assertEquals(pipe.on("documents"), [[
    { page_content: "b", metadata, score: 0.4 },
  ]]);
});

Deno.test("rerank_cohere answers with nothing if no document is good enough", async () => {
  const { bench } = rerank([{ index: 0, relevance_score: 0.1 }], {
    min_score: 0.5,
  });
  const pipe = (await bench).open();
  await pipe.send("questions", WHY);
  assertEquals(pipe.emitted, [
    { lane: "answers", payload: { answer: "", expectJson: false } },
  ]);
});

Deno.test("rerank_cohere writes to whoever listens, and asks nothing for nothing", async () => {
  const { bench, sent } = rerank([{ index: 0, relevance_score: 1 }]);
  const pipe = (await bench).open({ listens: ["answers"] });
  await pipe.send("questions", WHY);
  assertEquals(pipe.emitted.map(({ lane }) => lane), ["answers"]);
  const quiet = (await bench).open();
  await quiet.send("questions", createQuestion({ documents: DOCS }));
  await quiet.send("questions", createQuestion({ questions: WHY.questions }));
  assertEquals([quiet.emitted, sent.length], [[], 1]);
});

Deno.test("rerank_cohere fails on what is no ranking of its documents", async () => {
  for (
    const results of [
      undefined,
      "x",
      [1],
      [{ index: 3, relevance_score: 1 }],
      [{ index: -1, relevance_score: 1 }],
      [{ index: 0 }],
    ]
  ) {
    const { bench } = rerank(results);
    const pipe = (await bench).open();
    await assertRejects(() => pipe.send("questions", WHY), Error, "no ranking");
    assertEquals(pipe.emitted, []);
  }
});

Deno.test("whatever the scores, documents come in falling order and none is made up", async () => {
  const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(scores, async (all) => {
      const documents = all.map((_, at) => ({ page_content: String(at) }));
      const { bench } = rerank(
        all.map((relevance_score, index) => ({ index, relevance_score })),
      );
      const pipe = (await bench).open();
      await pipe.send("questions", createQuestion({ ...WHY, documents }));
      const docs = pipe.on("documents").flat();
      assertEquals(
        docs.map(({ score }) => score),
        // -0 does not come through JSON.
        all.map((score) => score + 0).toSorted((a, b) => b - a),
      );
      assertEquals(
        docs.map(({ page_content }) => page_content).toSorted(),
        documents.map(({ page_content }) => page_content).toSorted(),
      );
    }),
    { numRuns: 40 },
  );
});

forEachTransport(
  "documents of a question come back in order through a pipeline",
  async (options) => {
    const session = await connect(options);
    const pipeline = graph(
      ["in=chat"],
      ["rank=rerank_cohere", "questions<in"],
      ["out=response_documents", "documents<rank"],
    );
    const components = pipeline.components.map((component) =>
      component.id === "rank"
        ? { ...component, config: { apikey: "key" } }
        : component
    );
    const task = await use(session, { pipeline: { ...pipeline, components } });
    const { documents } = await chat(session, task, WHY);
    assertEquals((documents as Doc[]).map(({ page_content }) => page_content), [
      "c",
      "b",
      "a",
    ]);
    await close(session);
  },
  {
    fetch: api(() => ({
      results: [0, 1, 2].map((index) => ({
        index,
        relevance_score: index / 2,
      })),
    })).fetch,
  },
);
