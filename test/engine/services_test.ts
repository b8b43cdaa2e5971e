import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { NodeDefinition } from "../../lib/engine/node.ts";
import { close, connect, ExecutionException, use } from "../../mod.ts";
import { withEngine } from "../support/engine_rig.ts";
import { testNode } from "../support/test_nodes.ts";

const OWN = testNode({ provider: "own", title: "Own node" });
const HIDDEN = testNode({ provider: "hidden", capabilities: ["INTERNAL"] });

Deno.test("the list of services has what the engine can run", async () => {
  await withEngine([OWN, HIDDEN], async ({ client }) => {
    const { services, version } = await client.ok("rrext_services");
    assertEquals(version, 1);
    assertEquals(services.own.title, "Own node");
    assertEquals(services.own.protocol, "own://");
    assertEquals(services.webhook.classType, ["source"]);
    assertEquals("hidden" in services, false);
    assertEquals("ocr" in services, false);
  });
});

Deno.test("by choice the list also has what is not here", async () => {
  await withEngine([], async ({ client }) => {
    const { services } = await client.ok("rrext_services", {});
    assert(services.ocr.description.includes("connect to a server"));
  }, { listUnsupported: true });
});

Deno.test("one service is told in detail, hidden ones too", async () => {
  await withEngine([OWN, HIDDEN], async ({ client }) => {
    const own = await client.ok("rrext_services", { service: "own" });
    assertEquals(own.title, "Own node");
    assertEquals(Array.isArray(own.capabilities), true);
    const hidden = await client.ok("rrext_services", { service: "hidden" });
    assertEquals(hidden.protocol, "hidden://");
  });
});

Deno.test("a service that is not there is refused", async () => {
  await withEngine([], async ({ client }) => {
    for (const service of ["nothing", "ocr", "toString"]) {
      assertEquals(
        await client.fails("rrext_services", { service }),
        `Service '${service}' not found. ` +
          "Please check the service name and try again.",
      );
    }
  });
});

Deno.test("a node of the user's replaces a built-in one of its name", async () => {
  const webhook = testNode({ provider: "webhook", title: "My door" });
  await withEngine([webhook], async ({ client }) => {
    const { title } = await client.ok("rrext_services", { service: "webhook" });
    assertEquals(title, "My door");
  });
});

Deno.test("two nodes of one name are refused when the engine is made", () => {
  assertThrows(
    () => createEngine({ nodes: [OWN, OWN] }),
    TypeError,
    'Node provider is defined twice: "own"',
  );
});

Deno.test("a node without what the engine needs is refused when the engine is made", () => {
  const cases: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ provider: "" }, "Expected a node to have a provider"],
    [{ classType: "text" }, 'Expected node "own" to have a list classType'],
    [{ lanes: undefined }, 'Expected node "own" to have lanes'],
    [{ lanes: { text: "text" } }, 'Expected node "own" to have lanes'],
    [{ start: undefined }, 'Expected node "own" to have a function start'],
  ];
  for (const [change, message] of cases) {
    const node = { ...OWN, ...change } as NodeDefinition;
    assertThrows(() => createEngine({ nodes: [node] }), TypeError, message);
  }
});

Deno.test("a node whose start gives no instance fails the start", async () => {
  const node = { ...OWN, start: () => ({}) } as unknown as NodeDefinition;
  const engine = createEngine({ nodes: [node] });
  const session = await connect({ transport: engine.transport(), env: {} });
  const components = [
    { id: "in", provider: "webhook", config: {} },
    {
      id: "it",
      provider: "own",
      config: {},
      input: [{ lane: "text", from: "in" }],
    },
  ];
  await assertRejects(
    () => use(session, { pipeline: { source: "in", components } }),
    ExecutionException,
    "Component it: start() of its node must return { instance }",
  );
  await close(session);
  await engine.close();
});

Deno.test("numbers out of range are refused when the engine is made", () => {
  for (const maxPipes of [0, 65, 1.5, NaN]) {
    assertThrows(
      () => createEngine({ maxPipes }),
      RangeError,
      `Cannot use maxPipes of "${maxPipes}": must be 1 to 64`,
    );
  }
  for (const maxObjectBytes of [0, -1, NaN, 1.5]) {
    assertThrows(
      () => createEngine({ maxObjectBytes }),
      RangeError,
      "must be 1 or more",
    );
  }
  createEngine({ maxPipes: 64, maxObjectBytes: Infinity });
});
