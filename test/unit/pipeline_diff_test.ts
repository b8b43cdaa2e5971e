import { assertEquals, assertThrows } from "@std/assert";
import {
  diff,
  type Pipeline,
  type PipelineDiff,
} from "@rocketride/streams/schema";

function pipeline(...components: readonly object[]): Pipeline {
  return { components } as unknown as Pipeline;
}

const IN = { id: "in", provider: "webhook", config: {} };
const LLM = {
  id: "llm",
  provider: "llm_openai",
  config: { profile: "fast", deep: { a: 1, b: [1, { c: 2 }] } },
  input: [{ lane: "text", from: "in" }],
  control: [{ classType: "llm", from: "agent" }],
  ui: { position: { x: 1, y: 2 } },
};

const NOTHING: PipelineDiff["summary"] = {
  nodes_added: 0,
  nodes_removed: 0,
  nodes_changed: 0,
  provider_changes: 0,
  config_changes: 0,
  edges_added: 0,
  edges_removed: 0,
  viewport_changes: 0,
  version_change: null,
  layout_changed: false,
  has_semantic_changes: false,
};

Deno.test("pipelines are equal, whatever the order of components, connections and settings", () => {
  const older = pipeline(IN, LLM);
  const newer = pipeline({
    ...LLM,
    config: { deep: { b: [1, { c: 2 }], a: 1 }, profile: "fast" },
    ui: { position: { x: 9 } },
  }, IN);
  const { summary, nodes, edges } = diff(older, { pipeline: newer });
  assertEquals(summary, { ...NOTHING, layout_changed: true });
  assertEquals([nodes.changed, edges.added, edges.removed], [[], [], []]);
});

Deno.test("settings that differ are told with their paths", () => {
  const config = { deep: { a: "1", b: [1, { c: 3 }], new: null } };
  const { nodes, summary } = diff(
    pipeline(LLM),
    pipeline({ ...LLM, provider: "llm_mistral", config }),
  );
  assertEquals(nodes.changed, [{
    id: "llm",
    provider_change: { old: "llm_openai", new: "llm_mistral" },
    config_changes: [
      { path: "config.deep.a", kind: "changed", old: 1, new: "1" },
      { path: "config.deep.b[1].c", kind: "changed", old: 2, new: 3 },
      { path: "config.deep.new", kind: "added", old: null, new: null },
      { path: "config.profile", kind: "removed", old: "fast", new: null },
    ],
  }]);
  const expected = {
    ...NOTHING,
    nodes_changed: 1,
    provider_changes: 1,
    config_changes: 4,
    has_semantic_changes: true,
    layout_changed: false,
  };
  assertEquals(summary, expected);
});

Deno.test("components and connections that come and go are told", () => {
  const input = [{ lane: "documents", from: "in" }];
  const { nodes, edges, summary } = diff(
    pipeline(IN, LLM),
    pipeline(IN, { ...LLM, input, control: [] }, { id: "out", provider: "x" }),
  );
  assertEquals(nodes, {
    added: [{ id: "out", provider: "x" }],
    removed: [],
    changed: [],
  });
  assertEquals(edges.added, [{ from: "in", lane: "documents", to: "llm" }]);
  assertEquals(edges.removed, [
    { from: "agent", lane: "llm", to: "llm" },
    { from: "in", lane: "text", to: "llm" },
  ]);
  assertEquals(summary, {
    ...NOTHING,
    nodes_added: 1,
    edges_added: 1,
    edges_removed: 2,
    has_semantic_changes: true,
  });
  const back = diff(pipeline(IN, LLM), pipeline(IN));
  assertEquals(back.nodes.removed, [{ id: "llm", provider: "llm_openai" }]);
});

Deno.test("components of groups are compared as if they were the pipeline's", () => {
  const group = (...components: readonly object[]): object => ({
    id: "group",
    provider: "group",
    config: { pipeline: { components, title: "A" } },
  });
  const inner = { ...LLM, config: { profile: "slow" } };
  const { nodes } = diff(
    pipeline(group(IN, group(LLM))),
    pipeline(group(group(inner), IN)),
  );
  assertEquals(nodes.added, []);
  assertEquals(nodes.changed.map(({ id }) => id), ["llm"]);
});

Deno.test("the layout counts where that is asked for", () => {
  const older = { ...pipeline(IN, LLM), viewport: { zoom: 1 } };
  const newer = {
    ...pipeline(IN, { ...LLM, ui: { position: { x: 5, y: 2 } } }),
    viewport: { zoom: 2 },
  };
  assertEquals(diff(older, newer).summary, {
    ...NOTHING,
    layout_changed: true,
  });
  const { nodes, viewport, summary } = diff(older, newer, {
    includeLayout: true,
  });
  assertEquals(nodes.changed[0]?.config_changes, [
    { path: "ui.position.x", kind: "changed", old: 1, new: 5 },
  ]);
  assertEquals(viewport, [
    { path: "viewport.zoom", kind: "changed", old: 1, new: 2 },
  ]);
  assertEquals(summary, {
    ...NOTHING,
    nodes_changed: 1,
    config_changes: 1,
    viewport_changes: 1,
    layout_changed: true,
    has_semantic_changes: true,
  });
});

Deno.test("another version is another pipeline, and a setting called ui is a setting", () => {
  const { summary } = diff({ ...pipeline(IN), version: 1 }, pipeline(IN));
  assertEquals(summary.version_change, [1, null]);
  assertEquals(summary.has_semantic_changes, true);
  const ui = diff(pipeline(IN), pipeline({ ...IN, config: { ui: 1 } }));
  assertEquals(ui.summary.has_semantic_changes, true);
});

Deno.test("what is no pipeline is not compared", () => {
  for (const odd of [null, {}, { pipeline: {} }, "x"]) {
    assertThrows(() => diff(odd as unknown as Pipeline, pipeline()), TypeError);
    assertThrows(() => diff(pipeline(), odd as unknown as Pipeline), TypeError);
  }
  const sparse = pipeline(null as unknown as object, { id: "a", input: [1] });
  assertEquals(diff(sparse, sparse).summary, NOTHING);
});

Deno.test("a list is no record", () => {
  for (const [a, b] of [[{}, []], [{ a: 1 }, [["a", 1]]], [null, {}]]) {
    const [older, newer] = [a, b].map((x) =>
      pipeline({ ...IN, config: { x } })
    );
    assertEquals(diff(older!, newer!).summary.config_changes, 1);
  }
});

Deno.test("connections with something else than names are told, in one order", () => {
  const it = { toString: 1, valueOf: 1 };
  const input = [{ lane: it, from: it }, { lane: "a", from: "b" }];
  const { edges } = diff(pipeline(IN), pipeline({ ...IN, input }));
  assertEquals(edges.added.map(({ from }) => from), ["b", it as never]);
});
