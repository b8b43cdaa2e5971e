import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JsonObject } from "../../../schema/json.ts";
import { createQuestion, type Question } from "../../../schema/question.ts";
import {
  ExecutionException,
  ValidationException,
} from "../../../lib/errors.ts";
import { fakeClock } from "../../support/fake_clock.ts";
import {
  completion,
  type ModelAnswer,
  withModelServer,
} from "../../support/model_server.ts";
import {
  type BenchPipe,
  builtin,
  type OpenOptions,
  startNode,
} from "./harness.ts";

const KEY = "sk-secret-1234567890";
const CONFIG: JsonObject = { apikey: KEY };

function ask(text = "q", expectJson = false): Question {
  return createQuestion({ questions: [{ text }], expectJson });
}

/** A pipe through llm_openai, with a fetch of the test's own. */
async function pipeOver(
  fetch: typeof globalThis.fetch,
  options: OpenOptions = {},
  clock = fakeClock(),
): Promise<BenchPipe> {
  const node = builtin("llm_openai");
  return (await startNode(node, CONFIG, { fetch, clock })).open(options);
}

/** What a question fails with, over real HTTP, and how often it was asked. */
async function failure(
  answer: () => ModelAnswer,
  provider = "llm_openai",
  config: JsonObject = CONFIG,
): Promise<[string, number]> {
  let told: [string, number] = ["", 0];
  await withModelServer(answer, async ({ calls, fetch }) => {
    const clock = fakeClock();
    const node = builtin(provider);
    const pipe = (await startNode(node, config, { fetch, clock })).open();
    const error = await assertRejects(
      () => pipe.send("questions", ask()),
      ExecutionException,
    );
    told = [error.message, calls.length];
    assertEquals(clock.timers, 0);
    assertEquals(pipe.emitted, []);
  });
  return told;
}

function refusal(status: number, message: string, more: object = {}): Response {
  return Response.json({ error: { message, ...more } }, { status });
}

Deno.test("a request that is wrong fails at once, with the API's own words", async () => {
  assertEquals(
    await failure(() => refusal(400, "Unknown parameter: 'x'.")),
    [
      "An error occurred with the OpenAI API. HTTP 400: Unknown parameter: 'x'.",
      1,
    ],
  );
  assertEquals(
    await failure(() => refusal(404, "No such model")),
    ["An error occurred with the OpenAI API. HTTP 404: No such model", 1],
  );
  assertEquals(
    await failure(
      () => Response.json({ message: "Bad" }, { status: 422 }),
      "llm_mistral",
      { apikey: "m" },
    ),
    ["An error occurred with the Mistral AI API. HTTP 422: Bad", 1],
  );
  assertEquals(
    await failure(
      () => Response.json({ error: "model 'x' not found" }, { status: 404 }),
      "llm_ollama",
      {},
    ),
    ["An error occurred with the Ollama API. HTTP 404: model 'x' not found", 1],
  );
  assertEquals(
    await failure(() => new Response("<html>", { status: 413 })),
    ["An error occurred with the OpenAI API. HTTP 413", 1],
  );
});

Deno.test("a wrong key is told without the key", async () => {
  const said = `Incorrect API key provided: ${KEY.slice(0, 8)}****`;
  assertEquals(await failure(() => refusal(401, said)), [
    "Invalid API key.",
    1,
  ]);
  assertEquals(
    await failure(
      () =>
        refusal(400, "API key not valid.", {
          details: [{ reason: "API_KEY_INVALID" }],
        }),
      "llm_gemini",
      { apikey: "k" },
    ),
    ["Invalid API key.", 1],
  );
});

Deno.test("a key that an API repeats does not reach the message", async () => {
  const [message] = await failure(() => refusal(403, `No access with ${KEY}`));
  assertEquals(
    message,
    "An error occurred with the OpenAI API. " +
      "HTTP 403: No access with <REDACTED>",
  );
});

Deno.test("no part of a key is left where a long message is cut", async () => {
  const padding = "x".repeat(300 - KEY.length / 2);
  const [message] = await failure(() => refusal(403, padding + KEY));
  assertEquals(message!.toString().includes(KEY.slice(0, 3)), false);
});

Deno.test("an answer that is no completion fails at once", async () => {
  const occurred = "An error occurred with the OpenAI API.";
  assertEquals(
    await failure(() => new Response("<html>Log in</html>")),
    [`${occurred} The answer is not JSON`, 1],
  );
  assertEquals(
    await failure(() => ({ object: "list" })),
    [`${occurred} The answer is not a chat completion`, 1],
  );
  assertEquals(
    await failure(() =>
      new Response(null, { status: 302, headers: { location: "/x" } })
    ),
    [`${occurred} It redirects elsewhere`, 1],
  );
  assertEquals(
    await failure(() => completion("", { finish_reason: "length" })),
    [`${occurred} The reply is empty; the limit is 128000 tokens`, 1],
  );
});

Deno.test("a spent quota is not waited for", async () => {
  assertEquals(
    await failure(() =>
      refusal(429, "You exceeded your quota.", { code: "insufficient_quota" })
    ),
    [
      "Rate limit exceeded. Please try again later. You exceeded your quota.",
      1,
    ],
  );
});

Deno.test("failures that pass are tried again after 1, 2, 4 and 8 seconds", async () => {
  const statuses = [500, 502, 503, 529, 429];
  const times: number[] = [];
  const clock = fakeClock();
  const pipe = await pipeOver(
    () => {
      times.push(clock.now());
      return Promise.resolve(refusal(statuses.shift() ?? 200, "Busy"));
    },
    {},
    clock,
  );
  const asking = pipe.send("questions", ask());
  const failed = assertRejects(
    () => asking,
    ExecutionException,
    "Rate limit exceeded. Please try again later.",
  );
  await clock.advance(60_000);
  const error = await failed;
  assert(error.retryable);
  assertEquals(times, [0, 1_000, 3_000, 7_000, 15_000]);
  assertEquals(pipe.warnings.length, 4);
  assertEquals(
    pipe.warnings[0],
    "An error occurred with the OpenAI API. HTTP 500: Busy " +
      "(trying again in 1 s)",
  );
  assertEquals(clock.timers, 0);
});

Deno.test("a connection that fails is tried again, and the answer then counts", async () => {
  const clock = fakeClock();
  let tries = 0;
  const pipe = await pipeOver(
    () => {
      tries += 1;
      return tries < 3
        ? Promise.reject(new TypeError(`refused ${KEY}`))
        : Promise.resolve(Response.json(completion("Eight.")));
    },
    {},
    clock,
  );
  const asking = pipe.send("questions", ask());
  await clock.advance(3_000);
  await asking;
  assertEquals(pipe.on("answers"), [{ answer: "Eight.", expectJson: false }]);
  assertEquals(pipe.warnings, [
    "Failed to connect to the OpenAI API. https://api.openai.com cannot be " +
    "reached (trying again in 1 s)",
    "Failed to connect to the OpenAI API. https://api.openai.com cannot be " +
    "reached (trying again in 2 s)",
  ]);
});

Deno.test("an API is left alone for as long as it asks, up to a minute", async () => {
  const waits: [HeadersInit, number | undefined][] = [
    [{ "retry-after": "20" }, 20_000],
    [{ "retry-after": "0" }, 0],
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1_500],
    [{
      "retry-after": "Wed, 25 Nov 2026 10:00:30 GMT",
      date: "Wed, 25 Nov 2026 10:00:00 GMT",
    }, 30_000],
    [{ "retry-after": "soon" }, 1_000],
    [{ "retry-after": "61" }, undefined],
  ];
  for (const [headers, wait] of waits) {
    const clock = fakeClock();
    const times: number[] = [];
    const pipe = await pipeOver(
      () => {
        times.push(clock.now());
        return Promise.resolve(
          times.length === 1
            ? new Response("{}", { status: 429, headers })
            : Response.json(completion("ok")),
        );
      },
      {},
      clock,
    );
    const asking = pipe.send("questions", ask()).then(() => true, () => false);
    await clock.advance(60_000);
    assertEquals(await asking, wait !== undefined);
    assertEquals(times, wait === undefined ? [0] : [0, wait]);
  }
});

Deno.test("an API that is silent is given up after five minutes a try", async () => {
  const clock = fakeClock();
  const signals: AbortSignal[] = [];
  const pipe = await pipeOver(
    (_url, init) => {
      signals.push(init!.signal!);
      // Heeds no signal, as a fetch of somebody's own may not.
      return new Promise(() => {});
    },
    {},
    clock,
  );
  const asking = pipe.send("questions", ask());
  const failed = assertRejects(
    () => asking,
    ExecutionException,
    "Failed to connect to the OpenAI API. https://api.openai.com took longer " +
      "than 300 s",
  );
  await clock.advance(3_600_000);
  await failed;
  // Ten minutes after the first try no other begins.
  assertEquals(signals.length, 2);
  assert(signals.every((signal) => signal.aborted));
  assertEquals(clock.timers, 0);
});

Deno.test("an abort ends a request that runs, over real HTTP", async () => {
  const reached = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  await withModelServer(() => {
    reached.resolve();
    return new Response(
      new ReadableStream({ cancel: () => left.resolve() }),
    );
  }, async ({ fetch }) => {
    const stop = new AbortController();
    const reason = new Error("Enough");
    const pipe = await pipeOver(fetch, { signal: stop.signal });
    const asking = pipe.send("questions", ask());
    const failed = assertRejects(() => asking, Error, "Enough");
    await reached.promise;
    stop.abort(reason);
    assertEquals(await failed, reason);
    await left.promise;
  });
});

Deno.test("an abort ends the wait for the next try", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const pipe = await pipeOver(
    () => Promise.resolve(new Response("{}", { status: 503 })),
    { signal: stop.signal },
    clock,
  );
  const asking = pipe.send("questions", ask());
  const failed = assertRejects(() => asking, Error, "Enough");
  await clock.advance(500);
  assertEquals(clock.timers, 1);
  stop.abort(new Error("Enough"));
  await failed;
  assertEquals(clock.timers, 0);
});

Deno.test("JSON that does not come is asked for twice more, more sternly", async () => {
  const prompts: string[] = [];
  const replies = ["No.", '{"a":', "<think>{}</think>```json\n[1]\n```"];
  const pipe = await pipeOver((_url, init) => {
    prompts.push(JSON.parse(String(init!.body)).messages[0].content);
    return Promise.resolve(Response.json(completion(replies.shift() ?? "x")));
  });
  await pipe.send("questions", ask("q", true));
  assertEquals(pipe.on("answers"), [{ answer: [1], expectJson: true }]);
  assert(!prompts[0]!.includes("not valid JSON"));
  assert(prompts[1]!.includes("not valid JSON"));
  assertEquals(prompts[1], prompts[2]);
  await assertRejects(
    () => pipe.send("questions", ask("q", true)),
    ExecutionException,
    "Failed to get valid JSON response after 3 attempts",
  );
  assertEquals(prompts.length, 6);
});

Deno.test("a reply that was cut, and a prompt that is long, are warned of", async () => {
  const node = builtin("llm_openai");
  const config = {
    profile: "custom",
    custom: { model: "m", apikey: KEY, modelTotalTokens: 1024 },
  };
  const bench = await startNode(node, config, {
    fetch: () =>
      Promise.resolve(
        Response.json(completion("Ei", { finish_reason: "length" })),
      ),
  });
  const pipe = bench.open();
  await pipe.send("questions", ask("x".repeat(4_100)));
  assertEquals(pipe.on("answers"), [{ answer: "Ei", expectJson: false }]);
  assertEquals(pipe.warnings, [
    "Component llm_openai_1: the prompt has some 1025 tokens, and the model " +
    "takes 1024",
    "Component llm_openai_1: the reply was cut at 1024 tokens",
  ]);
});

Deno.test("an empty question never reaches the network", async () => {
  const pipe = await pipeOver(() => {
    throw new Error("Not to be called");
  });
  await assertRejects(
    () => pipe.send("questions", ask(" \x00\n")),
    ExecutionException,
    "Prompt is empty or contains only whitespace.",
  );
});

Deno.test("a helper answers asks, and tells its lengths", async () => {
  const pipe = await pipeOver(() =>
    Promise.resolve(Response.json(completion("Eight.")))
  );
  const call = (op: string, args = {}): Promise<unknown> =>
    pipe.invoke({ op, args });
  assertEquals(await call("ask", { question: ask() }), {
    answer: "Eight.",
    expectJson: false,
  });
  assertEquals(await call("getContextLength"), 400_000);
  assertEquals(await call("getOutputLength"), 128_000);
  const count = await call("getTokenCounter") as (text: string) => number;
  assertEquals(count("12345"), 2);
  assertEquals(await call("sing"), undefined);
});

Deno.test("what cannot work fails the start, and never tells the key", async () => {
  const custom = (values: JsonObject): JsonObject => ({
    profile: "custom",
    custom: values,
  });
  const cases: [string, JsonObject, string][] = [
    ["llm_openai", {}, "'apikey' is required"],
    ["llm_openai", { apikey: "  " }, "'apikey' is required"],
    [
      "llm_openai",
      { apikey: "${ROCKETRIDE_KEY}" },
      "'apikey' uses ${ROCKETRIDE_KEY}, which has no value",
    ],
    ["llm_openai", custom({ apikey: KEY }), "'model' is empty"],
    [
      "llm_openai",
      custom({ apikey: KEY, model: "a b" }),
      "'model' cannot be \"a b\"",
    ],
    [
      "llm_openai",
      custom({ apikey: KEY, model: "m", modelOutputTokens: 1000 }),
      "Model output tokens (1000) must be at least 1024",
    ],
    [
      "llm_openai",
      custom({ apikey: KEY, model: "m", modelTotalTokens: 512 }),
      "Model output tokens (512) must be at least 1024",
    ],
    [
      "llm_openai",
      custom({ apikey: KEY, model: "m", modelTotalTokens: "many" }),
      "'modelTotalTokens' must be a whole number",
    ],
    [
      "llm_openai_api",
      { model: "m", base_url: "ftp://x" },
      "'base_url' must be an address with https: or http:",
    ],
    [
      "llm_openai_api",
      { model: "m", base_url: "https://user:pass@x/v1" },
      "'base_url' must have no user, password, query or fragment",
    ],
    [
      "llm_deepseek",
      { serverbase: "" },
      "DeepSeek serverbase is required.",
    ],
    ["llm_deepseek", { apikey: "d" }, "'apikey' must begin with sk-"],
    ["llm_mistral", CONFIG, "'apikey' is the key of another provider"],
    ["llm_mistral", { apikey: "AIza" }, "is the key of another provider"],
    ["llm_xai", { apikey: KEY }, "'apikey' must begin with xai-"],
    ["llm_qwen", { apikey: "q" }, "'apikey' must begin with sk-"],
    [
      "llm_qwen",
      { apikey: KEY, region: "mars" },
      "'region' must be one of 'us', 'intl', 'cn'",
    ],
    ["llm_gmi_cloud", {}, "'apikey' is required"],
    [
      "llm_gmi_cloud",
      { apikey: KEY, serverbase: "http://x" },
      "'serverbase' must be an address with https:",
    ],
    [
      "llm_gmi_cloud",
      { profile: "qwen3-32b", "qwen3-32b": { apikey: KEY } },
      "'serverbase' is empty",
    ],
    [
      "llm_anthropic",
      CONFIG,
      "Invalid Anthropic API key format, please check your API key.",
    ],
    ["llm_gemini", {}, "Please enter your Gemini API key."],
  ];
  for (const [provider, config, text] of cases) {
    const node = builtin(provider);
    const error = await assertRejects(
      () => startNode(node, config),
      ValidationException,
      text,
    );
    assert(!error.message.includes(KEY));
  }
});

Deno.test("a key that no header can carry is refused at start, without its text", async () => {
  const keys: [string, string][] = [
    ["llm_openai", "sk-secret\u2026"],
    ["llm_openai_api", "sk-\nsecret"],
    ["llm_anthropic", "sk-ant-secret\u201d"],
    ["llm_gemini", "secret\0"],
    ["embedding_openai", "sk-secret\u200b1"],
    ["rerank_cohere", "secret\u20ac"],
    ["tool_exa_search", "secret\u{1f511}"],
  ];
  for (const [provider, apikey] of keys) {
    const config = { apikey, model: "m" };
    const error = await assertRejects(
      () => startNode(builtin(provider), config),
      ValidationException,
      "'apikey' has a character that no header can carry",
    );
    assert(!error.message.includes("secret"));
  }
});

Deno.test("an error in an answer of success keeps its reason, and is tried again if it may pass", async () => {
  const occurred = "An error occurred with the OpenAI API.";
  const cases: [object, string, number][] = [
    [
      { error: { message: "Provider is down", code: 502 } },
      `${occurred} Provider is down`,
      5,
    ],
    [{ error: "Overloaded" }, `${occurred} Overloaded`, 5],
    [{ error: {} }, `${occurred} It reports an error without a reason`, 5],
    [
      { choices: [{ error: { message: "Lost", code: 500 }, message: {} }] },
      `${occurred} Lost`,
      5,
    ],
    [
      { error: { message: "Slow down", code: "429" } },
      "Rate limit exceeded. Please try again later.",
      5,
    ],
    [
      { error: { message: "Bad model", type: "invalid_request_error" } },
      `${occurred} Bad model`,
      1,
    ],
    [{ error: { message: `Not ${KEY}`, code: 403 } }, "Not <REDACTED>", 1],
    [{ error: { message: "No such user", code: 401 } }, "Invalid API key.", 1],
    [{ error: null, choices: [] }, "The answer is not a chat completion", 1],
  ];
  for (const [answer, message, tries] of cases) {
    const clock = fakeClock();
    let asked = 0;
    const pipe = await pipeOver(
      () => {
        asked += 1;
        return Promise.resolve(Response.json(answer));
      },
      {},
      clock,
    );
    const asking = pipe.send("questions", ask());
    const failed = assertRejects(() => asking, ExecutionException, message);
    await clock.advance(60_000);
    assertEquals([(await failed).retryable, asked], [tries > 1, tries]);
  }
});
