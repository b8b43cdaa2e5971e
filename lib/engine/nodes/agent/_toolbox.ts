import { isRecord, type JsonValue } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { PipeContext } from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import type { ToolDescription } from "../tool/tool.ts";
import type { ToolCall } from "./_plan.ts";
import { resolveReferences } from "./_references.ts";

/** How many tools work at the same time. */
const WORKERS = 8;

/** What a model is told of `memory.peek`. */
const PEEK: ToolDescription = {
  name: "memory.peek",
  description: "Look at a part of a result: `path` is JMESPath, `offset` " +
    "moves on in a list or a long text.",
  inputSchema: {
    type: "object",
    properties: {
      key: { type: "string" },
      path: { type: "string" },
      offset: { type: "integer" },
    },
    required: ["key"],
  },
};

/** The tools and the memory of an agent. */
export interface Toolbox {
  /** What a model may use. */
  readonly tools: readonly ToolDescription[];
  /** Use tools, several at a time; a failure is a result, too. */
  use(calls: readonly ToolCall[]): Promise<readonly unknown[]>;
  /** Keep a value. */
  put(key: string, value: unknown): Promise<void>;
  /** Look a value up; throws when there is none. */
  recall(key: string): Promise<JsonValue>;
  /** The keys in memory. */
  keys(): Promise<readonly string[]>;
}

/** Ask the helpers of an agent for their tools. */
export async function openToolbox(pipe: PipeContext): Promise<Toolbox> {
  const owners = new Map<string, string>();
  const tools: ToolDescription[] = [];
  for (const id of pipe.helpers("tool")) {
    const listed = await pipe.control("tool", { op: "query", args: {} }, id);
    for (const tool of Array.isArray(listed) ? listed : []) {
      if (!isRecord(tool) || typeof tool.name !== "string") continue;
      owners.set(tool.name, id);
      tools.push(tool as unknown as ToolDescription);
    }
  }

  const memory = async (
    op: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> => {
    const answer = await pipe.control("memory", { op, args });
    return isRecord(answer) ? answer : {};
  };

  async function recall(key: string): Promise<JsonValue> {
    const { ok, value } = await memory("get", { key });
    if (ok !== true) {
      throw new ExecutionException(`Nothing is kept under '${key}'`);
    }
    return value as JsonValue;
  }

  async function useOne({ tool, args: given }: ToolCall): Promise<unknown> {
    try {
      const args = await resolveReferences(given, recall);
      if (tool === PEEK.name) {
        return await memory("peek", isRecord(args) ? args : {});
      }
      const owner = owners.get(tool);
      if (owner === undefined) {
        throw new ExecutionException(`There is no tool '${tool}'`);
      }
      const call = { op: "invoke", args: { tool, args } };
      return await pipe.control("tool", call, owner);
    } catch (error) {
      // The model may do better when it reads why.
      pipe.signal.throwIfAborted();
      return { error: messageOf(error) };
    }
  }

  return {
    tools: [PEEK, ...tools],
    use: (calls) => pooled(calls, useOne),
    put: async (key, value) => void await memory("put", { key, value }),
    recall,
    keys: async () => {
      const { keys } = await memory("list", {});
      return Array.isArray(keys) ? keys.map(String) : [];
    },
  };
}

/** Do something with each item, a few at a time; results are in order. */
async function pooled<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of waiting) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  return results;
}
