import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { JsonObject } from "../../../schema/json.ts";
import {
  readArgument,
  type Tool,
  toolCalls,
} from "../../../lib/engine/nodes/agent/tools.ts";

const INPUT: JsonObject = {
  type: "object",
  properties: {
    text: { type: "string" },
    size: { type: ["integer", "null"], minimum: 1, maximum: 9 },
    kind: { type: "string", enum: ["a", "b"] },
    parts: { type: "array", items: { type: "number" } },
    deep: { type: "object", properties: { on: { type: "boolean" } } },
    any: {},
  },
  required: ["text"],
};

const SHOUT: Tool = {
  name: "shout",
  description: "Shouts",
  inputSchema: INPUT,
  outputSchema: { type: "string" },
  invoke: ({ text }) => String(text).toUpperCase(),
};

const QUIET: Tool = {
  name: "quiet",
  description: "Says nothing",
  inputSchema: { type: "object" },
  invoke: () => "",
};

const call = toolCalls("t_1", [SHOUT, QUIET]);

Deno.test("tools are listed under the names that agents use", () => {
  const { invoke: _, ...shout } = SHOUT;
  const { invoke: __, ...quiet } = QUIET;
  assertEquals(call({ op: "query", args: {} }), [
    { ...shout, name: "t_1.shout" },
    { ...quiet, name: "t_1.quiet" },
  ]);
});

Deno.test("a tool is used by its public name or its own", () => {
  const args = { text: "hi" };
  for (const tool of ["shout", "t_1.shout"]) {
    assertEquals(call({ op: "validate", args: { tool, args } }), true);
    assertEquals(call({ op: "invoke", args: { tool, args } }), "HI");
  }
  assertEquals(call({ op: "invoke", args: { tool: "quiet" } }), "");
});

Deno.test("other tools and other calls are left to the next helper", () => {
  for (const op of ["invoke", "validate"]) {
    for (const tool of ["t_2.shout", "whisper", undefined]) {
      assertEquals(call({ op, args: { tool, args: {} } }), undefined);
    }
  }
  assertEquals(call({ op: "ask", args: { tool: "shout" } }), undefined);
});

Deno.test("arguments that do not fit are refused before the tool is used", () => {
  const faults: [unknown, string][] = [
    ["text", "'arguments' must be of type object"],
    [{}, "'arguments.text' is missing"],
    [{ text: undefined }, "'arguments.text' is missing"],
    [{ text: 1 }, "'arguments.text' must be of type string"],
    [
      { text: "", size: "1" },
      "'arguments.size' must be of type integer or null",
    ],
    [
      { text: "", size: 1.5 },
      "'arguments.size' must be of type integer or null",
    ],
    [{ text: "", size: 0 }, "'arguments.size' must be 1 or more"],
    [{ text: "", size: 10 }, "'arguments.size' must be 9 or less"],
    [{ text: "", kind: "c" }, "'arguments.kind' must be one of a, b"],
    [
      { text: "", parts: [1, "2"] },
      "'arguments.parts[1]' must be of type number",
    ],
    [{ text: "", parts: {} }, "'arguments.parts' must be of type array"],
    [
      { text: "", deep: { on: 1 } },
      "'arguments.deep.on' must be of type boolean",
    ],
    [{ text: "", deep: [] }, "'arguments.deep' must be of type object"],
  ];
  for (const [args, fault] of faults) {
    for (const op of ["invoke", "validate"]) {
      const error = assertThrows(() =>
        call({ op, args: { tool: "shout", args } })
      );
      assertEquals((error as Error).message, `t_1.shout: ${fault}`);
    }
  }
});

Deno.test("members that a schema does not name may be anything", () => {
  fc.assert(fc.property(fc.jsonValue(), (any) => {
    const given = { text: "", any, more: any, size: null };
    const { any: _, ...rest } = given;
    const read = any === null ? rest : given;
    assertEquals(readArgument(given, INPUT), read);
    assertEquals(readArgument(any, {}), any);
  }));
});

Deno.test("a null for an optional argument counts as absent, at any depth", () => {
  const optional = { kind: null, parts: null, deep: null, any: null };
  assertEquals(readArgument({ text: "a", ...optional }, INPUT), { text: "a" });
  assertEquals(readArgument({ text: "a", deep: { on: null } }, INPUT), {
    text: "a",
    deep: {},
  });
  // Where the schema has a meaning for null, null it is.
  assertEquals(readArgument({ text: "a", size: null }, INPUT), {
    text: "a",
    size: null,
  });
  assertThrows(
    () => readArgument({ text: null }, INPUT),
    Error,
    "'arguments.text' must be of type string",
  );
});

Deno.test("a choice may be written in any case", () => {
  const schema: JsonObject = {
    type: "object",
    properties: { a: { enum: ["None", null, 5] } },
  };
  for (const [given, read] of [["none", "None"], [null, null], [5, 5]]) {
    assertEquals(readArgument({ a: given }, schema), { a: read });
  }
  for (const given of ["null", "5", "non"]) {
    assertThrows(() => readArgument({ a: given }, schema), Error, "one of");
  }
  assertEquals(readArgument({ text: "A", kind: "B" }, INPUT), {
    text: "A",
    kind: "b",
  });
});

Deno.test("names that every object has are arguments like others", () => {
  const given = JSON.parse('{ "text": "", "__proto__": 1, "constructor": 2 }');
  const read = readArgument(given, INPUT) as JsonObject;
  assertEquals(Object.keys(read), ["text", "__proto__", "constructor"]);
});
