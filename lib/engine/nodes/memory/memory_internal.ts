import type { JsonObject } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import {
  type ControlCall,
  defineNode,
  type NodeDefinition,
  type NodeInstance,
} from "../../node.ts";
import type { Tool } from "../tool/tool.ts";
import { toolCalls } from "../tool/tool_calls.ts";
import { Memory } from "./_memory.ts";
import { peek } from "./_peek.ts";

const KEY: JsonObject = { type: "string", description: "The name." };

/**
 * The node `memory_internal`: keeps values for the agent that
 * controls it.
 *
 * As a helper of the class `memory` it takes the calls `put`, `get`, `list`,
 * `clear` and `peek`; all but the last are also tools. Values
 * are JSON, copied on their way in and out. Every object begins with an empty
 * memory; in the real engine an earlier object of the same pipe seems to leak
 * in.
 *
 * - `put {key, value}` answers `{ok, key}`.
 * - `get {key}` answers `{ok, key, value}`, with `ok: false` and a null for a
 *   key that holds nothing.
 * - `list` answers `{ok, keys}`, sorted.
 * - `clear` answers `{ok, cleared}`, the number of values that were dropped.
 * - `peek {key, path?, offset?}` answers a window of a value that may be too
 *   large for a prompt; `path` is JMESPath.
 *
 * @returns The definition.
 */
export function memoryInternalNode(): NodeDefinition {
  return defineNode({
    provider: "memory_internal",
    title: "Internal memory",
    description:
      "Keeps values for an agent while it works on one object: put, get, " +
      "list, clear and peek.",
    classType: ["memory"],
    lanes: {},
    capabilities: ["INVOKE"],
    start: ({ id }) => ({ instance: () => instance(id) }),
  });
}

function instance(id: string): NodeInstance {
  const memory = new Memory();
  const tools = memoryTools(memory);
  const asTool = toolCalls(id, tools);
  return {
    invoke: (call: ControlCall) => {
      if (call.op === "peek") return peek(memory, call.args);
      const direct = tools.find(({ name }) => name === call.op);
      return direct ? direct.invoke(call.args) : asTool(call);
    },
  };
}

function memoryTools(memory: Memory): readonly Tool[] {
  const tools: readonly Tool[] = [
    {
      name: "put",
      description: "Remember a value under a key, in place of an earlier one.",
      inputSchema: {
        type: "object",
        properties: { key: KEY, value: { description: "Any JSON value." } },
        required: ["key", "value"],
      },
      invoke: ({ key, value }) => memory.put(keyOf(key), value),
    },
    {
      name: "get",
      description: "Recall the value under a key.",
      inputSchema: {
        type: "object",
        properties: { key: KEY },
        required: ["key"],
      },
      invoke: ({ key }) => memory.get(keyOf(key)),
    },
    {
      name: "list",
      description: "List the keys that hold a value.",
      inputSchema: { type: "object", properties: {} },
      invoke: () => memory.list(),
    },
    {
      name: "clear",
      description: "Forget everything.",
      inputSchema: { type: "object", properties: {} },
      invoke: () => memory.clear(),
    },
  ];
  return tools.map((tool) => ({
    ...tool,
    outputSchema: answerSchema(tool.name),
  }));
}

function keyOf(key: unknown): string {
  if (typeof key === "string" && key !== "") return key;
  throw new ExecutionException("'key' must be a text that is not empty");
}

function answerSchema(name: string): JsonObject {
  const members: Readonly<Record<string, JsonObject>> = {
    put: { key: { type: "string" } },
    get: { key: { type: "string" }, value: {} },
    list: { keys: { type: "array", items: { type: "string" } } },
    clear: { cleared: { type: "integer" } },
  };
  return {
    type: "object",
    properties: { ok: { type: "boolean" }, ...members[name] },
  };
}
