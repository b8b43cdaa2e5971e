import { assertEquals } from "@std/assert";
import { withEngine } from "../support/engine_rig.ts";
import { chain } from "../support/test_nodes.ts";
import {
  around,
  check,
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

Deno.test("by choice only what a server checks is checked", async () => {
  const body = await check(around(fed("a", "agent"), fed("b", "ocr")), {
    validate: "engine",
  });
  assertEquals(body.errors.length, 1);
  assertEquals(body.warnings, []);
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
    await client.ok("execute", { pipeline });
    const { errors } = await client.ok("rrext_validate", { pipeline });
    assertEquals(errors.length, 2);
  });
});

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
