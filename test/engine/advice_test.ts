import { assertEquals } from "@std/assert";
import { withEngine } from "../support/engine_rig.ts";
import { graph } from "../support/one_object.ts";
import { chain, testNode } from "../support/test_nodes.ts";
import {
  around,
  fed,
  VALIDATE_NODES,
  warningsOf,
} from "../support/validation_rig.ts";

Deno.test("what may be wrong is told as warnings", async () => {
  const warnings = await warningsOf(around(
    { id: "lonely", provider: "helper", config: {} },
    fed("key", "profiled", {
      config: { profile: "plain", apikey: "x", plain: {} },
    }),
    fed("old", "profiled", { config: { profile: "old", old: {} } }),
    fed("empty", "profiled", { config: { profile: "empty", empty: {} } }),
    fed("open", "helper", {
      config: { a: ["${ROCKETRIDE_A} ${ROCKETRIDE_A}"] },
    }),
    fed("weak", "stand_in"),
    fed("deaf", "helper", { input: [{ lane: "table", from: "texter" }] }),
    fed("texter", "text_only"),
  ));
  assertEquals(warnings, [
    "Component lonely is not reachable from the source",
    "Component key has 'apikey' beside its profile, where it is ignored; " +
    "put it into 'plain'",
    "Component old uses a deprecated profile: use plain",
    "Component empty has an empty 'apikey'",
    "Component open uses ${ROCKETRIDE_A}, which has no value",
    "Stand-in: Knows nothing of pictures",
    "Component deaf expects lane table from texter, which does not produce it",
  ]);
});

Deno.test("a lane that the upstream node forwards is no reason to warn", async () => {
  const input = [{ lane: "text", from: "sink" }];
  const warnings = await warningsOf(
    around(fed("sink", "response_all"), fed("a", "helper", { input })),
  );
  assertEquals(warnings, []);
});

Deno.test("a pipeline without a response node is warned of", async () => {
  assertEquals(await warningsOf(chain("text", "a=entry", "b=helper")), [
    "Pipeline has no reachable response node: results will be empty",
  ]);
});

Deno.test("wiring that runs differently on a server is warned of", async () => {
  const pipeline = around(
    fed("r", "replacing"),
    fed("s", "response_all", { input: [{ lane: "text", from: "r" }] }),
  );
  const text = "Component r replaces what it receives on lane text; " +
    "a server also passes the original on";
  assertEquals(await warningsOf(pipeline), [text]);
  assertEquals(await warningsOf(pipeline, { forwarding: "engine" }), []);
});

Deno.test("a model that a server would ask twice is named", async () => {
  const asker = (id: string, from: string): object =>
    fed(id, "profiled", {
      config: { profile: "plain" },
      input: [{ lane: "text", from }],
    });
  const between = fed("mid", "helper", {
    input: [{ lane: "text", from: "r" }],
  });
  const text = "Component r replaces what it receives on lane text; " +
    "a server also passes the original on, so";
  const replacing = fed("r", "replacing");
  assertEquals(await warningsOf(around(replacing, asker("llm", "r"))), [
    `${text} llm asks twice there`,
  ]);
  assertEquals(
    await warningsOf(around(asker("far", "mid"), between, replacing)),
    [`${text} far asks twice there`],
  );
  const agent = fed("a", "agent", { input: [{ lane: "text", from: "r" }] });
  const helper = {
    id: "h",
    provider: "helper",
    config: {},
    control: [{ classType: "llm", from: "a" }],
  };
  assertEquals(await warningsOf(around(replacing, agent, helper)), [
    `${text} a asks twice there`,
  ]);
});

Deno.test("a prompt before a model is such a case, but not a prompt at the end", async () => {
  await withEngine([], async ({ client }) => {
    const pipeline = graph(
      ["in=chat"],
      ["p=prompt", "questions<in"],
      ["llm=llm_openai", "questions<p"],
      ["out=response", "answers<llm"],
    );
    const { warnings } = await client.ok("rrext_validate", { pipeline });
    assertEquals(warnings.map(({ message }: { message: string }) => message), [
      "Component p replaces what it receives on lane questions; a server also " +
      "passes the original on, so llm asks twice there",
    ]);
    const end = graph(
      ["in=chat"],
      ["p=prompt", "questions<in"],
      ["llm=llm_openai", "questions<in"],
      ["out=response", "answers<llm", "questions<p"],
    );
    const other = await client.ok("rrext_validate", { pipeline: end });
    assertEquals(
      other.warnings.map(({ message }: { message: string }) => message),
      [
        "Component p replaces what it receives on lane questions; a server also " +
        "passes the original on",
      ],
    );
  }, { llm: () => "" });
});

Deno.test("a start is refused with the first fault of what it would load", async () => {
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    const refused = async (...components: object[]): Promise<string> => {
      await client.ok("rrext_monitor", { token: "*", types: ["TASK"] });
      const pipeline = around(...components);
      return await client.fails("execute", { pipeline });
    };
    assertEquals(
      await refused(fed("a", "nothing")),
      "The service nothing was not found",
    );
    assertEquals(
      await refused(fed("b", "ocr")),
      "Node 'ocr' exists in RocketRide but is not available in the embedded " +
        "engine (needs model); connect to a server to run it",
    );
    assertEquals(
      await refused(fed("c", "profiled", { config: { profile: "x" } })),
      "Profile x is not defined in profiled",
    );
    assertEquals(
      await refused(fed("d", "agent")),
      "Component d needs at least 1 'llm' helper, but has 0",
    );
    const loop = (id: string, from: string): object =>
      fed(id, "helper", {
        input: [{ lane: "text", from }, { lane: "text", from: id }],
      });
    assertEquals(
      await refused(loop("f", "f"), loop("e", "in")),
      "Cycle detected in pipeline: e-[text]->e",
    );
    // Nobody was told of a task, for there was none.
    const events = client.events("apaevt_task");
    assertEquals(events.map(({ action }) => action), ["running"]);
  });
});

Deno.test("faults in parts that are not loaded do not keep a pipeline from starting", async () => {
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    const pipeline = around(
      { id: "query", provider: "ocr", config: {} },
      {
        id: "more",
        provider: "nothing",
        config: {},
        input: [{ lane: "text", from: "query" }],
      },
    );
    const { token } = await client.ok("execute", { pipeline });
    const body = await client.ok("rrext_validate", { pipeline });
    assertEquals(body.errors, []);
    const ocr = "Node 'ocr' exists in RocketRide but is not available in the " +
      "embedded engine (needs model); connect to a server to run it";
    const unknown = "The service nothing was not found";
    assertEquals(body.warnings, [
      { ccode: 75, message: ocr, id: "query" },
      { ccode: 75, message: unknown, id: "more" },
      ...["query", "more"].map((id) => ({
        ccode: 75,
        message: `Component ${id} is not reachable from the source`,
        id,
      })),
    ]);
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(
      status.warnings,
      [ocr, unknown].map((text) => `Warning*${text}*:0`),
    );
  });
});

Deno.test("notes of an editor are nothing to an engine", async () => {
  const notes = [
    { id: "n1", provider: "annotation", config: { text: "Look here" } },
    { id: "n2", provider: "default" },
    { id: "n2", provider: "annotation", config: { profile: "" } },
    { provider: "annotation" },
    { id: "out", provider: "default" },
  ];
  await withEngine(VALIDATE_NODES, async ({ client }) => {
    const pipeline = around(...notes, fed("mid", "helper"));
    const body = await client.ok("rrext_validate", { pipeline });
    assertEquals([body.errors, body.warnings], [[], []]);
    assertEquals(body.pipeline.chain, ["in", "mid", "out"]);
    const { token } = await client.ok("execute", { pipeline });
    const status = await client.ok("rrext_get_task_status", { token });
    assertEquals(status.warnings, []);
    for (const component of notes) {
      const one = await client.ok("rrext_validate", { component });
      assertEquals([one.errors, one.warnings], [[], []]);
    }
    const used = around(
      ...notes,
      fed("mid", "helper", { input: [{ lane: "text", from: "n1" }] }),
    );
    const { warnings } = await client.ok("rrext_validate", { pipeline: used });
    assertEquals(warnings[0].message, UNKNOWN);
  });
});

const UNKNOWN = "Component mid input references unknown component id: n1";

Deno.test("a provider of the caller's own is no note, whatever its name", async () => {
  const own = testNode({ provider: "annotation" });
  await withEngine([own], async ({ client }) => {
    const pipeline = around(fed("n", "annotation"));
    const body = await client.ok("rrext_validate", { pipeline });
    assertEquals(body.errors, []);
    assertEquals(body.pipeline.chain.includes("n"), true);
  });
});

Deno.test("what validate() calls an error keeps a pipeline from starting, and nothing else does", async () => {
  const connected = [{ lane: "text", from: "in" }];
  const faulty: readonly (readonly [string, object])[] = [
    ["unknown", fed("a", "nothing")],
    ["unsupported", fed("a", "ocr")],
    ["no provider", fed("a", "")],
    ["no config", fed("a", "helper", { config: undefined })],
    ["profile", fed("a", "profiled", { config: { profile: "x" } })],
    ["parameters", fed("a", "helper", { config: { parameters: 1 } })],
    ["an input that is no list", fed("a", "helper", { input: connected[0] })],
    [
      "no lane",
      fed("a", "helper", { input: [{ lane: "", from: "in" }] }),
    ],
    [
      "an unknown lane",
      fed("a", "helper", { input: [{ lane: "noise", from: "in" }] }),
    ],
    [
      "an input from nowhere",
      fed("a", "helper", {
        input: [...connected, { lane: "text", from: "x" }],
      }),
    ],
    ["no helper", fed("a", "agent")],
    [
      "a helper's fault",
      fed("a", "nothing", {
        input: [],
        control: [{ classType: "llm", from: "in" }],
      }),
    ],
    [
      "a loop",
      fed("a", "helper", {
        input: [...connected, { lane: "text", from: "a" }],
      }),
    ],
  ];
  for (const [what, component] of faulty) {
    for (const [where, parts] of placesOf(component)) {
      await withEngine(VALIDATE_NODES, async ({ client }) => {
        const pipeline = around(...parts);
        const { errors, warnings } = await client.ok("rrext_validate", {
          pipeline,
        });
        const told = `${what}, ${where}`;
        assertEquals(errors.length > 0, where !== "apart", told);
        if (where === "apart") {
          assertEquals(warnings.length > 1, true, told);
          await client.ok("execute", { pipeline });
        } else {
          assertEquals(
            await client.fails("execute", { pipeline }),
            errors[0].message,
            told,
          );
        }
      });
    }
  }
});

/** A component that the source leads to, also as the second of its id; and apart. */
function placesOf(component: object): readonly (readonly [string, object[]])[] {
  const json = JSON.stringify(component);
  const apart = JSON.parse(json.replaceAll('"from":"in"', '"from":"alone"'));
  const alone = { id: "alone", provider: "entry", config: {} };
  return [
    ["connected", [component]],
    ["second of its id", [
      { id: "a", provider: "helper", config: {} },
      component,
    ]],
    ["apart", [alone, apart]],
  ];
}

Deno.test("text that a server would redact is warned of, once each", async () => {
  const config = {
    a: "Dear ${name}, ${name}",
    deep: [{ b: "${HOME} ${ROCKETRIDE_A}" }],
    c: "${} $name {x}",
  };
  const warnings = await warningsOf(around(fed("t", "helper", { config })));
  const why = "which a server replaces by <REDACTED>: only ROCKETRIDE_ " +
    "variables are filled in";
  assertEquals(warnings, [
    "Component t uses ${ROCKETRIDE_A}, which has no value",
    `Component t uses \${name}, ${why}`,
    `Component t uses \${HOME}, ${why}`,
  ]);
});
