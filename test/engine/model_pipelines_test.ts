import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../schema/json.ts";
import type { Pipeline, PipelineComponent } from "../../schema/pipeline.ts";
import { createQuestion, type QuestionOptions } from "../../schema/question.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import {
  completion,
  type ModelAnswer,
  type ModelCall,
  withModelServer,
} from "../support/model_server.ts";
import {
  dataPort,
  type EngineRig,
  refusalPort,
  withEngine,
} from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";

const QUESTION = "application/rocketride-question";
const KEY = "sk-very-secret-0001";
const ENV = { ROCKETRIDE_OPENAI_KEY: KEY };
const PLACEHOLDER = "${ROCKETRIDE_OPENAI_KEY}";

/** `part("llm", "llm_openai", "questions<in", {…})`; `llm!sum` is control. */
function part(
  id: string,
  provider: string,
  wires: string,
  config: JsonObject = {},
): PipelineComponent {
  const all = wires.split(" ").filter((wire) => wire !== "");
  const split = (wire: string, mark: string): [string, string] => {
    const [via = "", from = ""] = wire.split(mark);
    return [via, from];
  };
  return {
    id,
    provider,
    config,
    input: all.filter((wire) => wire.includes("<")).map((wire) => {
      const [lane, from] = split(wire, "<");
      return { lane, from };
    }),
    control: all.filter((wire) => wire.includes("!")).map((wire) => {
      const [classType, from] = split(wire, "!");
      return { classType, from };
    }),
  };
}

/** One file, two ways through it: documents in, and questions about them. */
function retrieval(store = "qdrant"): Pipeline {
  const embedding = {
    profile: "text-embedding-3-small",
    "text-embedding-3-small": { apikey: PLACEHOLDER },
  };
  const collection = {
    profile: "local",
    local: { collection: "manuals", score: 0.6 },
  };
  return {
    project_id: "retrieval",
    components: [
      part("in", "webhook", ""),
      part("parse", "parse", "tags<in"),
      part("cut", "preprocessor_langchain", "text<parse", {
        profile: "default",
        default: { strlen: 60 },
      }),
      part("embed", "embedding_openai", "documents<cut", embedding),
      part("keep", store, "documents<embed", collection),
      part("kept", "response_documents", "documents<keep"),
      part("chat", "chat", ""),
      part("embed_q", "embedding_openai", "questions<chat", embedding),
      part("find", store, "questions<embed_q", collection),
      part("prompt", "prompt", "questions<find documents<find", {
        instructions: ["Answer from the documents alone."],
      }),
      part("llm", "llm_openai", "questions<prompt", {
        profile: "openai-4o",
        "openai-4o": { apikey: PLACEHOLDER },
      }),
      part("out", "response_answers", "answers<llm"),
    ],
  };
}

const MANUAL = "The pump needs oil once a year.\n\n" +
  "The lamp takes two batteries.\n\nThe door opens to the left.";

/** OpenAI: vectors say what is talked of, the model repeats its prompt. */
function openai({ url, body }: ModelCall): ModelAnswer {
  if (url.endsWith("/embeddings")) {
    const topics = ["pump", "lamp", "door"];
    const data = (body.input as string[]).map((text, index) => ({
      index,
      embedding: topics.map((topic) => text.includes(topic) ? 1 : 0.01),
    }));
    return { data };
  }
  const [message] = body.messages as { content: string }[];
  return completion(message!.content);
}

async function upload(rig: EngineRig, token: string): Promise<Body> {
  const port = dataPort(rig.client, token);
  const object = {
    name: "manual.txt",
    objectId: "manual",
    size: MANUAL.length,
  };
  const pipe = await port.open("application/octet-stream", object);
  await port.write(pipe, MANUAL);
  return await port.close(pipe);
}

async function ask(
  rig: EngineRig,
  token: string,
  text: string,
  more: QuestionOptions = {},
): Promise<Body> {
  const question = createQuestion({ questions: [{ text }], ...more });
  return await dataPort(rig.client, token).send(
    QUESTION,
    JSON.stringify(question),
  );
}

Deno.test("documents go into a store, and answers come out of it, over real HTTP", async () => {
  await withModelServer(openai, async ({ calls, fetch }) => {
    await withEngine([], async (rig) => {
      const { start, client } = rig;
      const pipeline = retrieval();
      const filling = await start(pipeline, { source: "in", env: ENV });
      const kept = await upload(rig, filling.token);
      assertEquals(kept.error, undefined);
      assertEquals(
        kept.documents.map((
          { page_content, embedding_model, metadata }: Body,
        ) => [
          page_content,
          embedding_model,
          metadata.objectId,
          metadata.chunkId,
        ]),
        MANUAL.split("\n\n").map((text, at) => [
          text,
          "text-embedding-3-small",
          "manual",
          at,
        ]),
      );
      const asking = await start(pipeline, { source: "chat", env: ENV });
      const { answers, ...rest } = await ask(
        rig,
        asking.token,
        "How often does the pump need oil?",
      );
      assertEquals(rest.error, undefined);
      assertEquals(answers.length, 1);
      const [prompt] = answers;
      assertStringIncludes(prompt, "Answer from the documents alone.");
      assertStringIncludes(prompt, "The pump needs oil once a year.");
      assertStringIncludes(prompt, "How often does the pump need oil?");
      assert(!prompt.includes("batteries"));
      assertEquals(
        calls.map(({ url }) => new URL(url).pathname),
        ["/v1/embeddings", "/v1/embeddings", "/v1/chat/completions"],
      );
      for (const { headers } of calls) {
        assertEquals(headers.authorization, `Bearer ${KEY}`);
      }
      for (const { token } of [filling, asking]) {
        const status = await client.ok("rrext_get_task_status", { token });
        assertEquals([status.completedCount, status.failedCount], [1, 0]);
        assertEquals(status.errors, []);
        assertStringIncludes(status.warnings.join(), "In-memory substitute");
      }
    }, { fetch });
  });
});

Deno.test("the same file runs with nothing but words and a function", async () => {
  const options: EngineOptions = {
    embedding: "words",
    llm: (question) => question.documents[0]?.page_content,
    fetch: () => {
      throw new Error("Not to be called");
    },
  };
  for (const store of ["chroma", "postgres", "mongodb+srv", "elasticsearch"]) {
    const pipeline = retrieval(store);
    const components = pipeline.components.map((component) =>
      component.provider === store
        ? { ...component, config: { collection: "c" } }
        : component
    );
    await withEngine([], async (rig) => {
      const whole = { ...pipeline, components };
      const filling = await rig.start(whole, { source: "in" });
      await upload(rig, filling.token);
      const asking = await rig.start(whole, { source: "chat" });
      const { answers } = await ask(rig, asking.token, "Which batteries?");
      assertStringIncludes(answers[0], "The lamp takes two batteries.");
    }, options);
  }
});

Deno.test("a model that fails in a write rejects it, in closing it is in the result", async () => {
  const refuse = (): Response =>
    Response.json({ error: { message: KEY } }, { status: 401 });
  await withModelServer(refuse, async ({ fetch }) => {
    await withEngine([], async (rig) => {
      const { client, start } = rig;
      const llm = { apikey: PLACEHOLDER };
      const direct: Pipeline = {
        project_id: "direct",
        source: "chat",
        components: [
          part("chat", "chat", ""),
          part("llm", "llm_openai", "questions<chat", llm),
          part("out", "response_answers", "answers<llm"),
        ],
      };
      const { token } = await start(direct, { env: ENV });
      const pipe = await dataPort(client, token).open(QUESTION);
      const question = JSON.stringify(createQuestion({
        questions: [{ text: "Why?" }],
      }));
      const refused = await refusalPort(client, token).write(pipe, question);
      assert(refused.startsWith("Exception: Invalid API key. at ("));
      const body = await dataPort(client, token).close(pipe);
      assertEquals(body.error.message, "Invalid API key.");
      assertEquals(body.error.code, 19);

      const late = await start({
        project_id: "late",
        source: "chat",
        components: [
          part("chat", "chat", ""),
          part("prompt", "prompt", "questions<chat"),
          part("llm", "llm_openai", "questions<prompt", llm),
          part("out", "response_answers", "answers<llm"),
        ],
      }, { env: ENV });
      const result = await ask(rig, late.token, "Why?");
      assertEquals(result.error.message, "Invalid API key.");
      assertEquals(result.answers, undefined);
      const status = await client.ok("rrext_get_task_status", {
        token: late.token,
      });
      assertEquals([status.completedCount, status.failedCount], [0, 1]);
      assert(status.errors[0].includes("*Invalid API key.*"));
      assert(!JSON.stringify([client.received, status]).includes(KEY));
    }, { fetch });
  });
});

Deno.test("a task that stops ends the request of its model", async () => {
  const reached = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await withModelServer(() => {
    reached.resolve();
    return new Response(new ReadableStream({ cancel: () => left.resolve() }));
  }, async ({ fetch }) => {
    await withEngine([], async ({ client, start, clock }) => {
      const { token } = await start({
        project_id: "slow",
        source: "chat",
        components: [
          part("chat", "chat", ""),
          part("llm", "llm_ollama", "questions<chat"),
          part("out", "response_answers", "answers<llm"),
        ],
      });
      const pipe = await dataPort(client, token).open(QUESTION);
      const question = createQuestion({ questions: [{ text: "Why?" }] });
      const waiting = refusalPort(client, token).write(
        pipe,
        JSON.stringify(question),
      );
      await reached.promise;
      const stopped = client.ok("terminate", { token });
      assertEquals(
        await waiting,
        "Task is terminating, cannot process data requests",
      );
      await stopped;
      await left.promise;
      const status = await client.ok("rrext_get_task_status", { token });
      assertEquals([status.state, status.failedCount], [6, 1]);
      assertEquals(status.warnings, []);
      await clock.advance(1_000);
    }, { fetch });
  });
});

const SUMMARY: Pipeline = {
  project_id: "summary",
  source: "in",
  components: [
    part("in", "webhook", ""),
    part("sum", "summarization", "text<in"),
    part("rows", "extract_data", "text<in", {
      fields: [{ column: "name" }, { column: "age", type: "int" }],
    }),
    part("llm", "llm_anthropic", "llm!sum llm!rows", {
      apikey: "sk-ant-0001",
    }),
    part("out", "response_text", "text<sum"),
    part("parts", "response_documents", "documents<sum"),
    part("table", "response_answers", "answers<rows"),
  ],
};

Deno.test("summaries and tables come of one model that both control", async () => {
  const answer = ({ body }: ModelCall): ModelAnswer => {
    const [{ content = "" } = {}] = body.messages as { content: string }[];
    const reply = content.includes("make")
      ? [{ name: "Ada", age: 36 }]
      : { summary: "Ada is 36.", keyPoints: ["36"], entities: ["Ada"] };
    const text = "```json\n" + JSON.stringify(reply) + "\n```";
    return { content: [{ type: "text", text }], stop_reason: "end_turn" };
  };
  await withModelServer(answer, async ({ calls, fetch }) => {
    await withEngine([], async ({ client, start }) => {
      const { token } = await start(SUMMARY);
      const port = dataPort(client, token);
      const body = await port.send("text/plain", "Ada is 36 years old.");
      assertEquals(body.error, undefined);
      assertEquals(body.text, [
        "Summmary:\n    Ada is 36.\n\n\n\nKey Points:\n   - 36\n\n\n" +
        "Entities:\n   - Ada\n\n\n\n\n",
      ]);
      assertEquals(body.answers, [[{ name: "Ada", age: 36 }]]);
      assertEquals(body.documents.length, 3);
      assertEquals(calls.length, 2);
    }, { fetch });
  });
});

Deno.test("a server's forwarding passes the original text on beside the summary", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(SUMMARY);
    const body = await dataPort(client, token).send("text/plain", "Ada.");
    assertEquals(body.text[0].startsWith("Ada.\n\nSummmary:\n"), true);
    assertEquals(body.answers, [[{ name: "Ada", age: null }]]);
  }, {
    forwarding: "engine",
    llm: [
      { match: "Which rows", reply: [{ name: "Ada" }] },
      { reply: { summary: "A name." } },
    ],
  });
});

Deno.test("whoever watches a pipe sees what its helpers send", async () => {
  await withEngine([], async ({ client, start }) => {
    const { token } = await start(SUMMARY);
    const port = dataPort(client, token);
    const pipe = await port.open("text/plain");
    await client.ok("rrext_monitor", { token, types: ["SSE"], pipeId: pipe });
    await port.write(pipe, "Ada.");
    await port.close(pipe);
    const sent = client.events("apaevt_sse");
    assertEquals(sent.map(({ type, data, pipe_id }) => [type, data, pipe_id]), [
      ["thinking", { message: "llm asks llm_anthropic" }, pipe],
      ["thinking", { message: "llm asks llm_anthropic" }, pipe],
    ]);
  }, {
    llm: (_question, { sse, id, provider }) => {
      sse("thinking", { message: `${id} asks ${provider}` });
      return [];
    },
  });
});

Deno.test("each trace level tells of questions, vectors and control calls what it may", async () => {
  const flowOf = async (level: string): Promise<[string, Body][]> => {
    let steps: [string, Body][] = [];
    await withEngine([], async ({ client, start }) => {
      const { token } = await start({
        project_id: "trace",
        source: "in",
        components: [
          part("in", "webhook", ""),
          part("rows", "extract_data", "text<in", {
            fields: [{ column: "name" }],
          }),
          part("llm", "llm_openai", "llm!rows", { apikey: KEY }),
          part("embed", "embedding_openai", "documents<rows", { apikey: KEY }),
          part("keep", "qdrant", "documents<embed"),
        ],
      }, { pipelineTraceLevel: level });
      await client.ok("rrext_monitor", { token, types: ["FLOW"] });
      await dataPort(client, token).send("text/plain", "Ada.");
      const events = client.events("apaevt_flow");
      assert(!JSON.stringify(events).includes(KEY));
      steps = events.filter(({ op }) => op === "enter")
        .map(({ pipes, trace }) => [pipes.join(">"), trace]);
    }, { llm: () => [{ name: "Ada" }], embedding: () => [[1, 2]] });
    return steps;
  };
  const way = ["in>rows", "in>rows>llm", "rows>embed", "rows>embed>keep"];
  const lanes = ["text", "invoke", "documents", "documents"];
  const metadata = await flowOf("metadata");
  assertEquals(metadata, way.map((at, i) => [at, { lane: lanes[i] }]));
  const summary = await flowOf("summary");
  assertEquals(summary.map(([, trace]) => trace), [
    { lane: "text", data: { length: 4 } },
    { lane: "invoke", invoke: { op: "ask" } },
    { lane: "documents", data: { count: 1 } },
    { lane: "documents", data: { count: 1 } },
  ]);
  const [, asked, , kept] = (await flowOf("full")).map(([, trace]) => trace);
  const { question } = asked.invoke.args;
  assertEquals(question.documents[0].page_content, "Ada.");
  assertEquals(kept.data.documents[0].embedding, [1, 2]);
});

Deno.test("rrext_validate tells of stand-ins, keys, and models that are missed", async () => {
  await withEngine([], async ({ client }) => {
    const check = (components: PipelineComponent[]): Promise<Body> =>
      client.ok("rrext_validate", { pipeline: { source: "in", components } });
    const texts = (list: Body): string[] =>
      list.map(({ message }: Body) => message);
    const good = await check([
      part("in", "webhook", ""),
      part("embed", "embedding_openai", "documents<in", { apikey: "k" }),
      part("keep", "pinecone", "documents<embed"),
      part("words", "embedding_transformer", "documents<in"),
      part("kept", "response_documents", "documents<words documents<keep"),
    ]);
    assertEquals(good.errors, []);
    assertEquals(texts(good.warnings), [
      "Component embed expects lane documents from in, which does not " +
      "produce it",
      "Pinecone: In-memory substitute: documents are kept by this engine " +
      "alone, until it is closed.",
      "Component words expects lane documents from in, which does not " +
      "produce it",
      "Transformer embedding: The embedded engine has no such models: texts " +
      "are compared by the words that they share.",
    ]);
    const bad = await check([
      part("in", "webhook", ""),
      part("sum", "summarization", "text<in"),
      part("llm", "llm_openai", "", { profile: "gpt-99" }),
      part("embed", "embedding_openai", "documents<in"),
      part("out", "response_text", "text<sum"),
    ]);
    assertEquals(texts(bad.errors), [
      "Component sum needs at least 1 'llm' helper, but has 0",
      "Component embed: 'apikey' is required",
    ]);
    // Nothing is connected to it, so it is not loaded.
    assertEquals(
      texts(bad.warnings)[0],
      "Profile gpt-99 is not defined in llm_openai",
    );
  });
});

Deno.test("rrext_services shows the fields and profiles of the nodes", async () => {
  await withEngine([], async ({ client }) => {
    const { services } = await client.ok("rrext_services");
    const { llm_qwen, qdrant, summarization } = services;
    assertEquals(llm_qwen.lanes, { questions: ["answers"] });
    assertEquals(llm_qwen.classType, ["llm"]);
    const { schema } = llm_qwen.Pipe;
    assertEquals(schema.properties.profile.default, "qwen-flash");
    const [first] = schema.dependencies.profile.oneOf;
    const form = first.properties["qwen-flash"];
    assertEquals(form.required, ["model", "region", "apikey"]);
    assertEquals(form.properties.model.default, "qwen-flash");
    assertEquals(form.properties.modelTotalTokens.default, 131072);
    assertEquals(form.properties.region, {
      type: "string",
      description: "Where the API is.",
      default: "us",
      enum: ["us", "intl", "cn"],
    });
    assert(qdrant.description.endsWith("until it is closed."));
    assertEquals(summarization.invoke.llm.min, 1);
    const one = await client.ok("rrext_services", { service: "llm_openai" });
    assertEquals(one.preconfig.default, "openai-5-2");
    assertEquals(one.fields.apikey.secure, true);
    assertEquals(one.capabilities, ["invoke"]);
  });
});
