import { assert, assertEquals } from "@std/assert";
import { hasCapability, isServiceDefinition } from "../../../schema/service.ts";
import { defineNode } from "../../../lib/engine/node.ts";
import { builtinNodes } from "../../../lib/engine/nodes/builtin_nodes.ts";
import {
  serviceDocument,
  serviceList,
} from "../../../lib/engine/services/services.ts";
import {
  UNSUPPORTED,
  unsupportedReason,
} from "../../../lib/engine/services/unsupported.ts";
import { only } from "./harness.ts";

const CUSTOM = defineNode({
  provider: "own",
  title: "Own",
  description: "Does things.",
  classType: ["text"],
  lanes: { text: ["text"] },
  capabilities: ["INVOKE", "gpu", "constructor"],
  invoke: { llm: { description: "Thinks", min: 1, max: 1 } },
  preconfig: { default: "small", profiles: { small: { size: 1 }, big: {} } },
  fields: [
    { name: "size", type: "integer", default: 9, description: "How big" },
    { name: "kind", type: "string", enum: ["a", "b"], optional: true },
    { name: "apikey", type: "string", secure: true },
  ],
  limitation: "Not all of them.",
  start: () => ({ instance: () => ({}) }),
});

Deno.test("serviceList lists every node but internal ones", () => {
  const services = serviceList(builtinNodes());
  assertEquals(Object.keys(services), [
    "webhook",
    "chat",
    "dropper",
    "parse",
    "hash",
    "question",
    "prompt",
    "preprocessor_langchain",
    "preprocessor_code",
    "response_text",
    "response_table",
    "response_documents",
    "response_questions",
    "response_answers",
    "response_audio",
    "response_video",
    "response_image",
    "preprocessor_llm",
    "dictionary",
    "summarization",
    "extract_data",
    "llm_openai_api",
    "llm_openai",
    "llm_ollama",
    "llm_deepseek",
    "llm_mistral",
    "llm_xai",
    "llm_perplexity",
    "llm_qwen",
    "llm_gmi_cloud",
    "llm_anthropic",
    "llm_gemini",
    "llm_mock",
    "embedding_openai",
    "embedding_transformer",
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
    "rerank_cohere",
    "tool_exa_search",
    "agent_rocketride",
    "memory_internal",
    "memory_persistent",
    "tool_http_request",
    "tool_filesystem",
    "anonymize_text",
    "guardrails",
  ]);
  for (const [provider, service] of Object.entries(services)) {
    assert(isServiceDefinition(service));
    assertEquals(service.protocol, `${provider}://`);
    assertEquals(typeof service.capabilities, "number");
    assert("Source" in service !== "Pipe" in service);
  }
});

Deno.test("serviceList shows a node with everything that a client reads", () => {
  const { own } = serviceList([CUSTOM]);
  const fields = {
    size: { type: "integer", description: "How big", default: 1 },
    kind: { type: "string", enum: ["a", "b"] },
    apikey: { type: "string" },
  };
  const required = ["size", "apikey"];
  assertEquals(own, {
    title: "Own",
    protocol: "own://",
    prefix: "own",
    description: "Does things. Not all of them.",
    classType: ["text"],
    capabilities: 1024 + 4096,
    actions: 0,
    plans: null,
    lanes: { text: ["text"] },
    input: [{ lane: "text", output: [{ lane: "text" }] }],
    invoke: { llm: { description: "Thinks", min: 1, max: 1 } },
    tile: [],
    icon: "",
    documentation: "",
    Pipe: {
      schema: {
        type: "object",
        properties: {
          type: { type: "string", default: "own" },
          profile: { type: "string", default: "small", enum: ["small", "big"] },
        },
        required: ["profile"],
        dependencies: {
          profile: {
            oneOf: [
              {
                properties: {
                  profile: { const: "small" },
                  small: { type: "object", properties: fields, required },
                },
              },
              {
                properties: {
                  profile: { const: "big" },
                  big: {
                    type: "object",
                    properties: {
                      ...fields,
                      size: { ...fields.size, default: 9 },
                    },
                    required,
                  },
                },
              },
            ],
          },
        },
      },
      ui: {
        "ui:order": ["type", "profile", "*"],
        type: { "ui:widget": "hidden" },
        small: { apikey: { "ui:widget": "password" } },
        big: { apikey: { "ui:widget": "password" } },
      },
    },
  });
});

Deno.test("serviceList puts fields into the form itself when there are no profiles", () => {
  const { preconfig: _none, ...rest } = CUSTOM;
  const { own } = serviceList([{ ...rest, classType: ["source"] }]);
  assertEquals(own?.Pipe, undefined);
  assertEquals(own?.Source, {
    schema: {
      type: "object",
      properties: {
        type: { type: "string", default: "own" },
        size: { type: "integer", description: "How big", default: 9 },
        kind: { type: "string", enum: ["a", "b"] },
        apikey: { type: "string" },
      },
      required: ["size", "apikey"],
    },
    ui: {
      "ui:order": ["type", "size", "kind", "apikey", "*"],
      type: { "ui:widget": "hidden" },
      apikey: { "ui:widget": "password" },
    },
  });
});

Deno.test("serviceList lists what is unsupported on request, with the reason in front", () => {
  const services = serviceList(builtinNodes(), { listUnsupported: true });
  assert(!("db_neo4j" in serviceList(builtinNodes())));
  const { db_neo4j } = services;
  assert(isServiceDefinition(db_neo4j));
  assert(db_neo4j.description?.startsWith(unsupportedReason("db_neo4j")!));
  assert(!hasCapability(db_neo4j, "NOSAAS"));
  assert(!Object.keys(services).some((provider) => provider.includes("*")));
  assert(services.parse?.description?.startsWith("Extracts"));
});

Deno.test("serviceList shows a user's node in place of the unsupported one", () => {
  const own = { ...CUSTOM, provider: "db_neo4j" };
  const options = { listUnsupported: true };
  assertEquals(serviceList([own], options).db_neo4j?.title, "Own");
  const hidden = { ...own, capabilities: ["INTERNAL"] };
  assertEquals(serviceList([hidden], options).db_neo4j, undefined);
});

Deno.test("serviceDocument names capabilities and keeps profiles and fields", () => {
  assertEquals(serviceDocument(CUSTOM), {
    title: "Own",
    protocol: "own://",
    classType: ["text"],
    capabilities: ["invoke", "gpu", "constructor"],
    register: "filter",
    node: "embedded",
    path: "own",
    prefix: "own",
    description: "Does things. Not all of them.",
    icon: "",
    documentation: "",
    actions: 0,
    plans: null,
    tile: [],
    lanes: { text: ["text"] },
    input: [{ lane: "text", output: [{ lane: "text" }] }],
    preconfig: { default: "small", profiles: { small: { size: 1 }, big: {} } },
    fields: {
      size: { type: "integer", default: 9, description: "How big" },
      kind: { type: "string", enum: ["a", "b"], optional: true },
      apikey: { type: "string", secure: true },
    },
    shape: [{ section: "Pipe", title: "Own", properties: ["type", "profile"] }],
    invoke: { llm: { description: "Thinks", min: 1, max: 1 } },
  });
});

Deno.test("serviceDocument tells of internal nodes and sources too", () => {
  const response = serviceDocument(only(builtinNodes(), "response"));
  assert(hasCapability(response, "INTERNAL"));
  const webhook = serviceDocument(only(builtinNodes(), "webhook"));
  assertEquals(webhook.register, "endpoint");
  assertEquals(webhook.shape, [{
    section: "Source",
    title: "Webhook",
    properties: ["type", "hideForm", "mode", "parameters"],
  }]);
});

Deno.test("services are plain JSON", () => {
  const all = [...builtinNodes(), CUSTOM];
  for (
    const value of [
      serviceList(all, { listUnsupported: true }),
      all.map(serviceDocument),
    ]
  ) {
    assertEquals(JSON.parse(JSON.stringify(value)), value);
  }
});

Deno.test("unsupportedReason is the whole text of the refusal", () => {
  const texts: [string, string][] = [
    ["db_neo4j", "driver"],
    ["llm_bedrock", "service"],
    ["embedding_image", "model"],
    ["tool_python", "interpreter"],
    ["agent_crewai", "framework"],
    ["agent_crewai_manager", "framework"],
    ["image_vision_openai", "model"],
    ["tool_pipe", "later version"],
    ["filesys", "files"],
    ["indexer", "infrastructure"],
  ];
  for (const [provider, need] of texts) {
    assertEquals(
      unsupportedReason(provider),
      `Node '${provider}' exists in RocketRide but is not available in the ` +
        `embedded engine (needs ${need}); connect to a server to run it`,
    );
  }
});

Deno.test("unsupportedReason knows nothing of nodes that are here, or nowhere", () => {
  const names = ["nowhere", "", "*", "constructor", "llm_"];
  for (const name of [...names, ...builtinNodes().map((one) => one.provider)]) {
    assertEquals(unsupportedReason(name), undefined);
  }
});

Deno.test("every unsupported node has a title, and refuses with its name", () => {
  const here = builtinNodes().map(({ provider }) => provider);
  for (const [provider, { title, classType }] of Object.entries(UNSUPPORTED)) {
    assert(title !== "" && title !== provider);
    assert(classType.length > 0, provider);
    assert(unsupportedReason(provider)?.startsWith(`Node '${provider}' `));
    assert(!here.includes(provider), provider);
  }
});

Deno.test("every node of a family is listed by itself", () => {
  const services = serviceList(builtinNodes(), { listUnsupported: true });
  const families = {
    agent: ["agent_crewai", "agent_crewai_manager", "agent_deepagent"],
    crewai: ["agent_crewai_subagent"],
    deepagent: ["agent_deepagent_subagent"],
    image: [
      "image_vision_gemini",
      "image_vision_mistral",
      "image_vision_ollama",
      "image_vision_openai",
    ],
  };
  for (const [family, providers] of Object.entries(families)) {
    for (const provider of providers) {
      assert(services[provider]?.classType?.includes(family), provider);
    }
  }
});
