import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PipelineComponent } from "../../schema/pipeline.ts";
import { createQuestion, questionToJson } from "../../schema/question.ts";
import { createEngine, type Engine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { utf8 } from "./nodes/harness.ts";
import {
  type Body,
  type RawClient,
  rawInProcess,
} from "../support/raw_client.ts";

/** Text through `lanes`, for example `"text:in"`. */
function node(
  provider: string,
  inputs: string,
  config: Record<string, unknown> = {},
  id = provider,
): PipelineComponent {
  const input = inputs.split(" ").map((entry) => {
    const [lane = "", from = ""] = entry.split(":");
    return { lane, from };
  });
  return { id, provider, config, input };
}

function source(provider: string): PipelineComponent {
  return { id: "in", provider, config: { mode: "Source", type: provider } };
}

interface Bench {
  readonly client: RawClient;
  readonly token: string;
  /** Send one object, each chunk as a write; answers the result. */
  send(
    chunks: readonly (string | Uint8Array)[],
    mimeType?: string,
    object?: object,
  ): Promise<Body>;
  status(): Promise<Body>;
}

async function withPipeline(
  components: readonly PipelineComponent[],
  test: (bench: Bench) => Promise<void>,
  options: EngineOptions = {},
): Promise<void> {
  const engine: Engine = createEngine(options);
  const client = rawInProcess(engine);
  try {
    await client.ok("auth", { auth: "any" });
    const { token } = await client.ok("execute", {
      pipeline: { components, source: "in", project_id: "p" },
    });
    const process = (args: object, payload?: Uint8Array): Promise<Body> =>
      client.ok("rrext_process", { token, ...args }, payload);
    await test({
      client,
      token,
      async send(
        chunks,
        mimeType = "application/octet-stream",
        object = {},
      ): Promise<Body> {
        const { pipe_id } = await process({
          subcommand: "open",
          object,
          mimeType,
        });
        for (const chunk of chunks) {
          const bytes = typeof chunk === "string" ? utf8(chunk) : chunk;
          await process({ subcommand: "write", pipe_id }, bytes);
        }
        return await process({ subcommand: "close", pipe_id });
      },
      status: () => client.ok("rrext_get_task_status", { token }),
    });
  } finally {
    await client.close();
    await engine.close();
  }
}

Deno.test("text through a webhook comes back, two line ends after each write", async () => {
  const pipeline = [source("webhook"), node("response_text", "text:in")];
  await withPipeline(pipeline, async ({ send }) => {
    const object = { name: "note", objectId: "o-1" };
    assertEquals(await send(["Hello"], "text/plain", object), {
      text: ["Hello\n\n"],
      result_types: { text: "text" },
      name: "note",
      path: "",
      objectId: "o-1",
    });
    const four = await send(["a", "b", "c", "d"], "text/plain");
    assertEquals(four.text, ["a\n\nb\n\nc\n\nd\n\n"]);
  });
});

Deno.test("bytes that nobody listens to vanish, leave name, path and id, and are warned of", async () => {
  const pipeline = [source("webhook"), node("response_text", "text:in")];
  await withPipeline(pipeline, async ({ send, status }) => {
    const object = { name: "raw", objectId: "o-2" };
    assertEquals(await send(["Hello"], undefined, object), {
      name: "raw",
      path: "",
      objectId: "o-2",
    });
    assertEquals((await status()).warnings, [
      "Warning*Object raw of media type application/octet-stream reached no " +
      "component: none is connected to lane tags of in*:0",
    ]);
    await send(["Hello"], "text/plain");
    await send(["{}"], "lane/questions", { name: "x".repeat(200) });
    const { warnings } = await status();
    assertEquals(warnings.length, 2);
    assertEquals(
      warnings[1],
      `Warning*Object ${"x".repeat(100)}… of media type lane/questions ` +
        "reached no component: none is connected to lane questions of in*:0",
    );
  });
});

Deno.test("JSON becomes text through parse", async () => {
  const pipeline = [
    source("webhook"),
    node("parse", "tags:in"),
    node("response_text", "text:parse"),
  ];
  await withPipeline(pipeline, async ({ send, status }) => {
    const result = await send(['{"k"', ":1}"], "application/json", {
      name: "k.json",
    });
    assertEquals(result.text, ['{"k":1}\n\n']);
    assertEquals(result.result_types, { text: "text" });
    assertEquals(result.metadata["Content-Type"], "application/json");
    assertEquals((await status()).warnings, []);
  });
});

Deno.test("a CSV file becomes text and a table, and keeps its metadata", async () => {
  const pipeline = [
    source("dropper"),
    node("hash", "tags:in"),
    node("parse", "tags:hash"),
    node("response_text", "text:parse"),
    node("response_table", "table:parse"),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const csv = "id,name\n1,Ada\n";
    const result = await send([csv], "text/csv", { name: "report.csv" });
    assertEquals(result.text, [`${csv}\n\n`]);
    assertEquals(result.table, ["| id | name |\n| --- | --- |\n| 1 | Ada |\n"]);
    assertEquals(result.result_types, { text: "text", table: "table" });
    assertEquals(result.name, "report.csv");
    assertEquals(result.metadata, {
      "Content-Type": "text/csv",
      resourceName: "report.csv",
      md5: "6c1abef29d8c78fb8e696f94546a3918",
      sha1: result.metadata.sha1,
      sha256: result.metadata.sha256,
    });
  });
});

Deno.test("a format that cannot be read completes with a warning", async () => {
  const pipeline = [
    source("webhook"),
    node("parse", "tags:in"),
    node("response_text", "text:parse"),
  ];
  await withPipeline(pipeline, async ({ send, status }) => {
    const result = await send(["%PDF-1.7"], "application/pdf");
    assertEquals(result.text, undefined);
    assertEquals(result.error, undefined);
    const { warnings, completedCount } = await status();
    assertEquals(completedCount, 1);
    assertEquals(warnings.length, 1);
    assertStringIncludes(
      warnings[0],
      "parse: application/pdf is not supported by the embedded engine; " +
        "use a server, or register a parser",
    );
  });
});

Deno.test("a parser of the user's is used", async () => {
  const pipeline = [
    source("webhook"),
    node("parse", "tags:in"),
    node("response_text", "text:parse"),
  ];
  const parsers = {
    "application/pdf": (bytes: Uint8Array) => ({ text: `${bytes.length}` }),
  };
  await withPipeline(pipeline, async ({ send }) => {
    const result = await send(["%PDF-1.7"], "application/pdf");
    assertEquals(result.text, ["8\n\n"]);
  }, { parsers });
});

Deno.test("a chat with an LLM answers text, and JSON when that is expected", async () => {
  const script = {
    replies: [
      { match: "legs", reply: "Eight." },
      { match: "JSON", reply: '```json\n{"text":"ok"}\n```' },
    ],
  };
  const pipeline = [
    source("chat"),
    node("llm_mock", "questions:in", script),
    node("response_answers", "answers:llm_mock"),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const ask = (text: string, expectJson = false): Promise<Body> =>
      send(
        [
          questionToJson(createQuestion({ expectJson, questions: [{ text }] })),
        ],
        "application/rocketride-question",
        { name: "Question 1" },
      );
    const text = await ask("How many legs has a spider?");
    assertEquals(text.answers, ["Eight."]);
    assertEquals(text.result_types, { answers: "answers" });
    assertEquals(text.name, "Question 1");
    assertEquals((await ask("JSON, please", true)).answers, [{ text: "ok" }]);
    assertEquals((await ask("Anything?")).answers, ["Anything?"]);
  });
});

Deno.test("a chat through prompt asks the LLM once", async () => {
  const pipeline = [
    source("chat"),
    node("prompt", "questions:in", { instructions: "Be brief" }),
    node("llm_mock", "questions:prompt", {
      replies: [{ match: "User Instruction: Be brief", reply: "ok" }],
    }),
    node("response_answers", "answers:llm_mock"),
  ];
  const question = questionToJson(
    createQuestion({ questions: [{ text: "Why?" }] }),
  );
  const mimeType = "application/rocketride-question";
  await withPipeline(pipeline, async ({ send }) => {
    assertEquals((await send([question], mimeType)).answers, ["ok"]);
    assertEquals((await send([question], mimeType)).answers, ["ok"]);
  });
  await withPipeline(pipeline, async ({ send }) => {
    assertEquals((await send([question], mimeType)).answers, ["Why?", "ok"]);
  }, { forwarding: "engine" });
});

Deno.test("text becomes documents, under the name that the response gives them", async () => {
  const pipeline = [
    source("webhook"),
    node("preprocessor_langchain", "text:in", {
      profile: "recursive",
      recursive: { strlen: 11 },
    }),
    node("response_documents", "documents:preprocessor_langchain", {
      laneName: "chunks",
    }),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const object = { objectId: "o-3" };
    const result = await send(["one two three four"], "text/plain", object);
    assertEquals(result.result_types, { chunks: "documents" });
    const [first, second, ...more] = result.chunks;
    assertEquals(more, []);
    assertEquals(first.page_content, "one two");
    assertEquals(second.page_content, "three four");
    assertEquals(second.metadata.chunkId, 1);
    assertEquals(second.metadata.objectId, "o-3");
  });
});

Deno.test("two responses on different lanes share a result, two on one lane a field", async () => {
  const pipeline = [
    source("webhook"),
    node("question", "text:in"),
    node("response_text", "text:in", {}, "a"),
    node("response_text", "text:in", {}, "b"),
    node("response_questions", "questions:question"),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const result = await send(["Why?"], "text/plain");
    assertEquals(result.text, ["Why?\n\n", "Why?\n\n"]);
    assertEquals(result.questions.length, 1);
    assertEquals(result.questions[0].questions, [
      { text: "Why?", embedding_model: null, embedding: null },
    ]);
    assertEquals(result.result_types, { text: "text", questions: "questions" });
  });
});

Deno.test("an LLM that fails in closing leaves an error in the result", async () => {
  const pipeline = [
    source("chat"),
    node("prompt", "questions:in"),
    node("llm_mock", "questions:prompt", {
      replies: [{ error: "Invalid API key." }],
    }),
    node("response_answers", "answers:llm_mock"),
  ];
  await withPipeline(pipeline, async ({ send, status }) => {
    const result = await send(
      [questionToJson(createQuestion({ questions: [{ text: "Why?" }] }))],
      "application/rocketride-question",
    );
    assertEquals(result.answers, undefined);
    assertStringIncludes(result.error.message, "Invalid API key.");
    assertEquals((await status()).failedCount, 1);
  });
});

Deno.test("a picture comes back as it was sent", async () => {
  const pipeline = [
    source("webhook"),
    node("response_image", "image:in"),
    node("response_audio", "audio:in"),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0xff);
    const picture = await send([bytes], "image/png");
    assertEquals(picture.image, [
      { mime_type: "image/png", image: "iVBORwD/" },
    ]);
    const sound = await send([bytes], "audio/wav", { name: "s" });
    assertEquals(
      sound.audio.map((step: Body) => [step.aviAction, step.size, step.url]),
      [
        ["AVI_ACTION.BEGIN", 0, "null://Stream/s"],
        ["AVI_ACTION.WRITE", 6, "null://Stream/s"],
        ["AVI_ACTION.END", 0, "null://Stream/s"],
      ],
    );
  });
});

Deno.test("the generic response names everything alike when it has a name", async () => {
  const pipeline = [
    source("webhook"),
    node("parse", "tags:in"),
    node("response", "text:parse table:parse", { laneName: "all" }),
  ];
  await withPipeline(pipeline, async ({ send }) => {
    const result = await send(["a,b\n"], "text/csv");
    assertEquals(result.all, ["| a | b |\n| --- | --- |\n", "a,b\n\n\n"]);
    assertEquals(result.result_types, { all: "text" });
  });
});

Deno.test("a started source tells that it is ready, without its private token", async () => {
  const pipeline = [source("chat"), node("response_questions", "questions:in")];
  await withPipeline(pipeline, async ({ status, token }) => {
    const { status: text, notes } = await status();
    assertEquals(text, "Chat ready - system is ready to accept questions");
    assertEquals(notes[0]["url-link"], "{host}/chat");
    assert(notes[0]["auth-key"].startsWith("pk_"));
    assert(!JSON.stringify(notes).includes(token));
  });
});

Deno.test("what is not here is refused with the reason", async () => {
  const engine = createEngine();
  const client = rawInProcess(engine);
  try {
    await client.ok("auth", { auth: "any" });
    const start = (component: PipelineComponent): Promise<string> =>
      client.fails("execute", {
        pipeline: { components: [source("webhook"), component], source: "in" },
      });
    assertEquals(
      await start(node("db_mysql", "documents:in")),
      "Node 'db_mysql' exists in RocketRide but is not available in the " +
        "embedded engine (needs driver); connect to a server to run it",
    );
    assertEquals(
      await start(node("nonsense", "text:in")),
      "The service nonsense was not found",
    );
    const config = { profile: "nltk" };
    assertStringIncludes(
      await start(node("preprocessor_langchain", "text:in", config)),
      "Profile 'nltk' of node 'preprocessor_langchain' exists in RocketRide",
    );
  } finally {
    await client.close();
    await engine.close();
  }
});
