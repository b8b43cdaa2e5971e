import { assertEquals } from "@std/assert";
import { withEngine } from "../support/engine_rig.ts";
import { chain } from "../support/test_nodes.ts";

const SOURCES = {
  components: [
    { id: "a", provider: "entry", config: { mode: "Source" } },
    { id: "b", provider: "entry", config: { mode: "Source" } },
    { id: "c", provider: "", config: {} },
    {
      id: "out",
      provider: "response_all",
      config: {},
      input: [{ lane: "text", from: "a" }],
    },
  ],
};

Deno.test("the source is that of the request, then of the pipeline, then implied", async () => {
  await withEngine([], async ({ start }) => {
    const named = { ...SOURCES, source: "b" };
    assertEquals((await start(named, { source: "a" })).source, "a");
    assertEquals((await start(named)).source, "b");
    const [only] = SOURCES.components;
    const implied = { components: only ? [only] : [] };
    assertEquals((await start(implied)).source, "a");
    // Null is what some editors write for "not chosen".
    assertEquals((await start({ ...implied, source: null })).source, "a");
  });
});

Deno.test("a source that cannot be told is refused in the server's words", async () => {
  await withEngine([], async ({ client }) => {
    const cases: [unknown, string][] = [
      [
        SOURCES,
        "Pipeline has multiple source components, please specify one explicitly",
      ],
      [
        { components: [{ id: "x", provider: "entry", config: {} }] },
        "Pipeline does not have a source component defined",
      ],
      [
        { ...SOURCES, source: "nowhere" },
        'Pipeline source component "nowhere" not found in components list',
      ],
      [{ ...SOURCES, source: "c" }, 'Source "c" not found in pipeline'],
      [{ components: "none" }, "Invalid components in pipeline"],
      [{}, "Invalid components in pipeline"],
      [undefined, "Missing pipeline configuration in launch request"],
      ["text", "Missing pipeline configuration in launch request"],
      [[], "Missing pipeline configuration in launch request"],
    ];
    for (const [pipeline, message] of cases) {
      assertEquals(await client.fails("execute", { pipeline }), message);
    }
    const { tasks } = await client.ok("rrext_get_tasks");
    assertEquals(tasks, []);
  });
});

Deno.test("a wrapped pipeline is unwrapped", async () => {
  await withEngine([], async ({ client }) => {
    const pipeline = chain("text", "a=entry", "b=response_all");
    const body = await client.ok("execute", { pipeline: { pipeline } });
    assertEquals(body.source, "a");
  });
});

Deno.test("a named source may come without configuration", async () => {
  await withEngine([], async ({ start }) => {
    const pipeline = {
      components: [{ id: "a", provider: "entry" }],
      source: "a",
    };
    assertEquals((await start(pipeline)).provider, "entry");
  });
});
