import { isRecord, type JsonValue } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { PipeContext } from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { queryPath } from "./memory.ts";
import {
  type Args,
  describedTool,
  readArgument,
  type ToolDescription,
} from "./tools.ts";
import { valueText } from "./value_text.ts";

/** How many tools work at the same time. */
const WORKERS = 8;

/** A use of a tool, as a model asks for it: references are unresolved. */
export interface ToolCall {
  readonly tool: string;
  readonly args: Args;
}

/** The tools and the memory of an agent. */
export interface Toolbox {
  readonly tools: readonly ToolDescription[];
  /** Use tools, eight at a time, results in order; a failure is a result. */
  use(calls: readonly ToolCall[]): Promise<readonly unknown[]>;
  put(key: string, value: unknown): Promise<void>;
  /** Look a value up; throws when there is none. */
  recall(key: string): Promise<JsonValue>;
  keys(): Promise<readonly string[]>;
}

/** Ask the helpers of an agent for their tools. */
export async function openToolbox(pipe: PipeContext): Promise<Toolbox> {
  const peek = describedTool("memory.peek");
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

  async function memory(op: string, args: Args): Promise<Args> {
    const answer = await pipe.control("memory", { op, args });
    return isRecord(answer) ? answer : {};
  }

  async function recall(key: string): Promise<JsonValue> {
    const { ok, value } = await memory("get", { key });
    if (ok === true) return value as JsonValue;
    throw new ExecutionException(`Nothing is kept under '${key}'`);
  }

  async function useOne({ tool, args: given }: ToolCall): Promise<unknown> {
    try {
      const args = await resolveReferences(given, recall);
      if (tool === peek.name) {
        const read = readArgument(args, peek.inputSchema, `${tool}: `);
        return await memory("peek", read as Args);
      }
      const owner = owners.get(tool);
      if (owner === undefined) {
        throw new ExecutionException(`There is no tool '${tool}'`);
      }
      const call = { op: "invoke", args: { tool, args } };
      return await pipe.control("tool", call, owner);
    } catch (error) {
      // The model may correct itself when it reads the reason.
      pipe.signal.throwIfAborted();
      return { error: messageOf(error) };
    }
  }

  return {
    tools: [peek, ...tools],
    use: async (calls) => {
      const results: unknown[] = [];
      const waiting = calls.entries();
      const worker = async (): Promise<void> => {
        for (const [at, call] of waiting) results[at] = await useOne(call);
      };
      await Promise.all(Array.from({ length: WORKERS }, worker));
      return results;
    },
    put: async (key, value) => void await memory("put", { key, value }),
    recall,
    keys: async () => {
      const { keys } = await memory("list", {});
      return Array.isArray(keys) ? keys.map(String) : [];
    },
  };
}

/** `{{memory.ref:key}}`, perhaps with a format, perhaps with a path. */
const REFERENCE = /\{\{memory\.ref:([^:{}]+)(?::([a-z_]*)(?::([^{}]+))?)?\}\}/g;

/**
 * Replace references to values in memory.
 *
 * A string that is one reference without a format becomes the value itself;
 * inside other text the value becomes text.
 *
 * @throws {Error} There is no such value or format, or the path is not valid.
 */
export async function resolveReferences(
  value: unknown,
  recall: (key: string) => Promise<JsonValue>,
): Promise<unknown> {
  if (typeof value === "string") return await resolveText(value, recall);
  if (Array.isArray(value)) {
    return await Promise.all(
      value.map((item) => resolveReferences(item, recall)),
    );
  }
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(async ([name, member]) =>
    [name, await resolveReferences(member, recall)] as const
  );
  return Object.fromEntries(await Promise.all(members));
}

async function resolveText(
  text: string,
  recall: (key: string) => Promise<JsonValue>,
): Promise<unknown> {
  const parts: string[] = [];
  let done = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, key = "", format = "", path = ""] = match;
    const value = queryPath(await recall(key), path);
    if (whole === text && format === "") return value;
    parts.push(
      text.slice(done, match.index),
      valueText(value, format || "text"),
    );
    done = match.index + whole.length;
  }
  return parts.join("") + text.slice(done);
}
