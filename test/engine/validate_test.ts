import { assert, assertEquals } from "@std/assert";
import { structureFaults } from "../../lib/engine/pipeline/document_faults.ts";
import { withEngine } from "../support/engine_rig.ts";
import type { Body } from "../support/raw_client.ts";
import {
  around,
  check,
  errorsOf,
  fed,
  VALIDATE_NODES,
  warningsOf,
} from "../support/validation_rig.ts";

Deno.test("a sound pipeline comes back with version and chain, and no issues", async () => {
  const pipeline = around(fed("mid", "helper"));
  const body = await check(pipeline);
  assertEquals(body, {
    pipeline: { ...pipeline, version: 1, chain: ["in", "mid", "out"] },
    errors: [],
    warnings: [],
  });
});

Deno.test("validate echoes placeholders, not what they stand for", async () => {
  const pipeline = around(
    fed("m", "helper", { config: { k: "${ROCKETRIDE_K}" } }),
  );
  const env = { ROCKETRIDE_K: "secret" };
  const body = await check(pipeline, { env });
  assertEquals(JSON.stringify(body).includes("secret"), false);
  assertEquals(body.warnings, []);
});

for (
  const [what, pipeline] of Object.entries({
    provider: fed("m", "${ROCKETRIDE_K}"),
    id: fed("${ROCKETRIDE_K}", "helper"),
    lane: fed("m", "helper", {
      input: [{ lane: "a${ROCKETRIDE_K}", from: "${ROCKETRIDE_K}b" }],
    }),
    profile: fed("m", "helper", { config: { profile: "${ROCKETRIDE_K}" } }),
    both: fed("${ROCKETRIDE_L}", "${ROCKETRIDE_K}"),
  })
) {
  Deno.test(`a ${what} from a variable is not told by its value`, async () => {
    const env = { ROCKETRIDE_K: "secret", ROCKETRIDE_L: "secret-too" };
    const body = await check(around(pipeline), { env });
    assertEquals(JSON.stringify(body).includes("secret"), false);
  });
}

Deno.test("what is said about a variable's value names the variable", async () => {
  const env = { ROCKETRIDE_K: "secret" };
  const pipeline = around(fed("m", "${ROCKETRIDE_K}"));
  const { errors } = await check(pipeline, { env });
  assertEquals(errors.map(({ message }: Body) => message), [
    "The service ${ROCKETRIDE_K} was not found",
  ]);
  await withEngine([], async ({ client }) => {
    const source = "${ROCKETRIDE_K}";
    const args = { pipeline: { ...pipeline, source } };
    assertEquals(
      await client.fails("rrext_validate", args),
      'Pipeline source component "${ROCKETRIDE_K}" not found in components list',
    );
    const component = { id: source, provider: "no", config: {} };
    const body = await client.ok("rrext_validate", { component });
    assertEquals(JSON.stringify(body).includes("secret"), false);
  }, { env });
});

Deno.test("faults of the document's shape are all reported", async () => {
  const errors = await errorsOf({
    version: 2,
    source: "in",
    components: [
      { id: "in", provider: "entry", config: {} },
      "text",
      { provider: "entry", config: {} },
      fed("a", ""),
      fed("b", "helper", { config: undefined }),
      fed("c", "helper", { config: { profile: "" } }),
      fed("d", "helper", { config: { profile: "p", p: 1 } }),
      fed("e", "helper", { config: { parameters: [] } }),
      { id: "in", provider: "helper", config: {} },
    ],
  });
  assertEquals(errors, [
    ["'pipeline.version' is unsupported"],
    ["Component must be an object"],
    ["Component 'id' must be a non-empty string"],
    ["Component a 'provider' must be a non-empty string", "a"],
    ["Component b missing 'config' object", "b"],
    ["Component c config 'profile' must be a non-empty string", "c"],
    ["Component d config missing profile object 'p'", "d"],
    ["Component e config 'parameters' must be an object", "e"],
    ["Duplicate component in", "in"],
  ]);
});

Deno.test("what is no pipeline at all is reported as such", () => {
  const messages = (value: unknown): string[] =>
    structureFaults(value).map(({ message }) => message);
  assertEquals(messages("text"), ["Pipeline config must be an object"]);
  assertEquals(messages({ version: 3 }), [
    "'pipeline.version' is unsupported",
    "'pipeline.components' must be an array",
  ]);
});

Deno.test("a version that is no number and a source that is no text are reported", async () => {
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    const components = [{ id: "in", provider: "entry", config: {} }];
    const pipeline = { version: "1", components, source: 5 };
    const args = { pipeline, source: "in" };
    const { errors } = await client.ok("rrext_validate", args);
    assertEquals(errors, [
      { ccode: 42, message: "'pipeline.version' must be a number" },
      { ccode: 42, message: "'pipeline.source' must be a non-empty string" },
    ]);
    const { errors: unknown } = await client.ok("rrext_validate", {
      pipeline: { components, source: "elsewhere" },
      source: "in",
    });
    assertEquals(unknown, [{
      ccode: 42,
      message: "'pipeline.source' references unknown component id: elsewhere",
    }]);
  });
});

Deno.test("faults of connections are all reported", async () => {
  const errors = await errorsOf(around(
    fed("a", "helper", { input: { lane: "text", from: "in" }, control: {} }),
    {
      id: "b",
      provider: "helper",
      config: {},
      input: ["x", { lane: "", from: "in" }, { lane: "noise", from: "in" }, {
        lane: "text",
        from: 1,
      }, { lane: "text", from: "gone" }],
      control: ["x", { from: "in" }, { classType: "llm", from: "" }, {
        classType: "llm",
        from: "gone",
      }],
    },
  ));
  assertEquals(errors, [
    ["Component a input must be an array", "a"],
    ["Component a control must be an array", "a"],
    ["Component b input entry must be an object", "b"],
    ["Component b input 'lane' must be a non-empty string", "b"],
    ["Component b input has unknown lane noise", "b"],
    ["Component b input 'from' must be a non-empty string", "b"],
    ["Component b input references unknown component id: gone", "b"],
    ["Component b control entry must be an object", "b"],
    ["Component b control 'classType' must be a non-empty string", "b"],
    ["Component b control 'from' must be a non-empty string", "b"],
    ["Component b control references unknown component id: gone", "b"],
  ]);
});

Deno.test("a lane that a node does not take is a fault when others read from it", async () => {
  const input = [{ lane: "table", from: "in" }];
  const pipeline = around(
    fed("a", "text_only", { input }),
    fed("b", "helper", { input: [{ lane: "text", from: "a" }] }),
  );
  assertEquals(await errorsOf(pipeline), [[
    "Component a input lane table not found in service definition",
    "a",
  ]]);
  // Where nothing comes after it, it may be given anything, as on a server.
  const dangling = around(fed("a", "text_only", { input }));
  assertEquals(await errorsOf(dangling), []);
  assertEquals(await warningsOf(dangling), []);
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    await client.ok("execute", { pipeline: dangling });
    assertEquals(
      await client.fails("execute", { pipeline }),
      "Component a input lane table not found in service definition",
    );
  });
});

Deno.test("a key that a server has encrypted is said to be that", async () => {
  const profile = "openai-4o";
  const component = (section: object): object =>
    fed("a", "llm_openai", {
      config: { profile, [profile]: section },
      input: [{ lane: "questions", from: "in" }],
    });
  const secureParameters = { secure: ["apikey"], token: "ZW5jcnlwdGVk" };
  const text = "Component a: 'apikey' is encrypted, and only the server that " +
    "encrypted it can read it; give its value beside 'secureParameters', for " +
    "example as ${ROCKETRIDE_KEY}";
  const pipeline = around(component({ secureParameters }));
  assertEquals(await errorsOf(pipeline), [[text, "a"]]);
  const apikey = "sk-plain";
  const given = around(component({ apikey, secureParameters }));
  assertEquals(await errorsOf(given), []);
  // Where the engine answers for models, no key is needed.
  const { errors } = await check(pipeline, { llm: () => "" });
  assertEquals(errors, []);
  const custom = around(fed("a", "profiled", {
    config: { profile: "empty", empty: { secureParameters } },
  }));
  assertEquals(await errorsOf(custom), [[text, "a"]]);
  assertEquals(await warningsOf(custom), []);
});

Deno.test("encrypted values without a list of names or a token are a fault", async () => {
  const faults = async (secureParameters: unknown): Promise<unknown> => {
    const section = { secureParameters };
    const config = { profile: "p", p: section, parameters: section };
    return (await errorsOf(around(fed("a", "helper", { config }))))
      .map(([text]) => text);
  };
  const about = "'secureParameters' must";
  const both = (text: string): string[] =>
    ["profile 'p'", "'parameters'"].map((where) =>
      `Component a config ${where}: ${about} ${text}`
    );
  assertEquals(await faults(1), both("be an object"));
  assertEquals(await faults({ token: "t" }), both("have a 'secure' array"));
  assertEquals(await faults({ secure: [] }), both("have a 'token' string"));
  assertEquals(await faults({ secure: [], token: "t" }), []);
});

Deno.test("cycles are reported with the way around them", async () => {
  const loop = around(
    fed("a", "helper", {
      input: [{ lane: "text", from: "in" }, { lane: "table", from: "b" }],
    }),
    fed("b", "helper", { input: [{ lane: "text", from: "a" }] }),
  );
  assertEquals(await errorsOf(loop), [[
    "Cycle detected in pipeline: a-[text]->b-[table]->a",
    "a",
  ]]);
  const self = fed("a", "helper", {
    input: [{ lane: "text", from: "in" }, { lane: "text", from: "a" }],
  });
  assertEquals(await errorsOf(around(self)), [[
    "Cycle detected in pipeline: a-[text]->a",
    "a",
  ]]);
  const control = around(
    fed("a", "helper", { control: [{ classType: "tool", from: "b" }] }),
    fed("b", "helper", { control: [{ classType: "tool", from: "a" }] }),
  );
  assertEquals((await errorsOf(control)).length, 1);
  const apart = around(
    fed("a", "helper", { input: [{ lane: "text", from: "b" }] }),
    fed("b", "helper", { input: [{ lane: "text", from: "a" }] }),
  );
  assertEquals(await errorsOf(apart), []);
  assertEquals((await warningsOf(apart)).slice(0, 1), [
    "Cycle detected in pipeline: a-[text]->b-[text]->a",
  ]);
});

Deno.test("a long cycle is followed in one go, and its inner one is what counts", async () => {
  const count = 20_000;
  const ring = Array.from(
    { length: count },
    (_, at) =>
      fed(`c${at}`, "helper", {
        input: [
          { lane: "text", from: `c${(at + count - 1) % count}` },
          { lane: "text", from: "in" },
        ],
      }),
  );
  const [[message] = []] = await errorsOf(around(...ring));
  assertEquals(String(message).split("]->").length, count + 1);
  // Walking back from what a cycle feeds must end in the cycle.
  const tail = [
    fed("t", "helper", { input: [{ lane: "text", from: "a" }] }),
    fed("a", "helper", { input: [{ lane: "text", from: "b" }] }),
    fed("b", "helper", {
      input: [{ lane: "text", from: "a" }, { lane: "text", from: "in" }],
    }),
  ];
  assertEquals(await errorsOf(around(...tail)), [[
    "Cycle detected in pipeline: a-[text]->b-[text]->a",
    "a",
  ]]);
});

Deno.test("what is said about a pipeline stays in proportion to it", async () => {
  const long = "a".repeat(1025);
  const [[message] = [], ...others] = await errorsOf(
    around({ id: long, provider: "helper", config: {}, input: [{}, {}] }),
  );
  assertEquals(message, "Component 'id' must have at most 1024 characters");
  assert(others.every(([text]) => text.length < 200), "the id is not repeated");
  const many = fed("a", "helper", {
    input: [{ lane: "text", from: "in" }, ...Array(200_000).fill({})],
  });
  assertEquals((await errorsOf(around(many))).length, 1000);
});

Deno.test("providers that nobody knows or that are not here are reported", async () => {
  const errors = await errorsOf(
    around(fed("a", "no_such_thing"), fed("b", "ocr"), fed("c", "webhok")),
  );
  assertEquals(errors, [
    ["The service no_such_thing was not found", "a"],
    [
      "Node 'ocr' exists in RocketRide but is not available in the embedded " +
      "engine (needs model); connect to a server to run it",
      "b",
    ],
    ["The service webhok was not found, did you mean webhook?", "c"],
  ]);
});

Deno.test("the numbers of issues tell their kind", async () => {
  const { errors, warnings } = await check(
    around(
      fed("a", "no_such_thing"),
      fed("b", "helper", { config: undefined }),
      { id: "c", provider: "helper" },
    ),
  );
  assertEquals(errors.map(({ ccode }: Body) => ccode), [42, 40]);
  assertEquals(warnings.map(({ ccode }: Body) => ccode), [75, 75]);
});

Deno.test("a profile that the node does not have is a fault, or a warning with a model of its own", async () => {
  const config = { profile: "claude", claude: { model: "c" } };
  const pipeline = around(fed("a", "profiled", { config }));
  const text = "Profile claude is not defined in profiled";
  const tolerant = await check(pipeline);
  assertEquals(tolerant.errors, []);
  assertEquals(tolerant.warnings, [{ ccode: 75, message: text, id: "a" }]);
  const bare = around(fed("a", "profiled", { config: { profile: "claude" } }));
  assertEquals(await errorsOf(bare), [[text, "a"]]);
});

Deno.test("too few or too many helpers are a fault", async () => {
  const helper = (id: string): object => ({
    id,
    provider: "helper",
    config: {},
    control: [{ classType: "llm", from: "a" }],
  });
  const count = async (helpers: number): Promise<unknown[]> => {
    const ids = ["x", "y", "z"].slice(0, helpers);
    return await errorsOf(around(fed("a", "agent"), ...ids.map(helper)));
  };
  assertEquals(await count(0), [[
    "Component a needs at least 1 'llm' helper, but has 0",
    "a",
  ]]);
  assertEquals(await count(1), []);
  assertEquals(await count(2), []);
  assertEquals(await count(3), [[
    "Component a takes at most 2 'llm' helper, but has 3",
    "a",
  ]]);
});

Deno.test("a source that cannot be told fails the request", async () => {
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    assertEquals(
      await client.fails("rrext_validate", { pipeline: { components: [] } }),
      "Pipeline does not have a source component defined",
    );
    assertEquals(
      await client.fails("rrext_validate", {}),
      "Pipeline config must be an object",
    );
    assertEquals(
      await client.fails("rrext_validate", { pipeline: {} }),
      "Invalid components in pipeline",
    );
  });
});
