import { assertEquals } from "@std/assert";
import { effectiveConfig } from "../../lib/engine/pipeline/node_config.ts";
import type { Component } from "../../lib/engine/pipeline/component.ts";
import type { JsonObject } from "../../schema/json.ts";
import { testNode } from "../support/test_nodes.ts";

const NODE = testNode({
  provider: "node",
  preconfig: {
    default: "one",
    profiles: {
      one: { model: "m1", size: 1, deep: { a: 1, b: 2 }, list: [1, 2] },
      two: { model: "m2" },
    },
  },
});

function component(config: JsonObject): Component {
  const base = { id: "c", provider: "node", name: undefined };
  return { ...base, config, input: [], control: [] };
}

function configOf(config: JsonObject): JsonObject {
  return effectiveConfig(NODE, component(config)).effective;
}

Deno.test("without a profile the whole configuration goes over the default preset", () => {
  assertEquals(configOf({ size: 5, own: true }), {
    model: "m1",
    size: 5,
    deep: { a: 1, b: 2 },
    list: [1, 2],
    own: true,
  });
});

Deno.test("records are merged key by key, lists are replaced", () => {
  assertEquals(configOf({ deep: { b: 3, c: 4 }, list: [9] }), {
    model: "m1",
    size: 1,
    deep: { a: 1, b: 3, c: 4 },
    list: [9],
  });
});

Deno.test("null counts as not given", () => {
  assertEquals(configOf({ size: null, deep: { a: null } }), configOf({}));
});

Deno.test("with a profile only the section of its name is merged", () => {
  const config = { profile: "two", two: { apikey: "k" }, apikey: "ignored" };
  assertEquals(configOf(config), { model: "m2", apikey: "k" });
});

Deno.test("every field beside a profile is warned of", () => {
  const fields = [{ name: "size", type: "integer", optional: true }] as const;
  const node = { ...NODE, fields };
  const config = { profile: "two", size: 3, model: "m", two: {}, other: 1 };
  assertEquals(
    effectiveConfig(node, component(config)).warnings,
    ["model", "size"].map((name) =>
      `Component c has '${name}' beside its profile, where it is ignored; ` +
      "put it into 'two'"
    ),
  );
});

Deno.test("a model of one's own has what a custom one has besides", () => {
  const { preconfig } = NODE;
  const profiles = { ...preconfig!.profiles, custom: { address: "here" } };
  const node = { ...NODE, preconfig: { ...preconfig!, profiles } };
  const config = { profile: "new", new: { model: "m9" } };
  assertEquals(effectiveConfig(node, component(config)).effective, {
    address: "here",
    model: "m9",
  });
});

Deno.test("a profile without a section is the preset itself", () => {
  assertEquals(configOf({ profile: "two" }), { model: "m2" });
});

Deno.test("a node without presets gets the configuration as it is", () => {
  const plain = testNode({ provider: "plain" });
  const config = { profile: "x", a: 1 };
  const found = effectiveConfig(plain, component(config));
  const none = { fault: undefined, warnings: [], encrypted: [] };
  assertEquals(found, { effective: config, ...none });
});

Deno.test("a key called __proto__ is data like any other", () => {
  const config = JSON.parse('{"__proto__":{"polluted":true}}');
  const merged = configOf(config);
  assertEquals(Object.hasOwn(merged, "__proto__"), true);
  assertEquals("polluted" in merged, false);
});
