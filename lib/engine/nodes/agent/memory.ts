import { type JSONValue, search } from "@jmespath-community/jmespath";
import type { JsonValue } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { NodeTask, TaskContext } from "../../node.ts";
import { messageOf } from "../../run/failure.ts";
import { type Args, describedTool, type Tool, toolCalls } from "./tools.ts";
import { numberOf, textOf } from "../../text_of.ts";

/** What one look shows: items of a list, characters of JSON text. */
const MAX_ITEMS = 50;
const MAX_CHARACTERS = 8_000;

/**
 * Start `memory_internal`: keeps values for the agent that controls it.
 *
 * As a helper of the class `memory` it takes the calls `put`, `get`, `list`,
 * `clear` and `peek`; all but the last are also tools. Values are JSON, copied
 * on their way in and out. Every object begins with an empty memory.
 *
 * `get` answers `ok: false` and a null for a key without a value.
 */
export function startMemoryInternal({ id }: TaskContext): NodeTask {
  return {
    instance: () => {
      const memory = new Map<string, JsonValue>();
      const tools = memoryTools(memory);
      const asTool = toolCalls(id, tools);
      return {
        invoke: (call) => {
          if (call.op === "peek") return peek(memory, call.args);
          const direct = tools.find(({ name }) => name === call.op);
          return direct ? direct.invoke(call.args) : asTool(call);
        },
      };
    },
  };
}

/**
 * Start `memory_persistent`: lets questions and answers pass. Questions do not
 * name their session, so that nothing could be kept for one.
 */
export function startMemoryPersistent(): NodeTask {
  return {
    instance: (pipe) => ({
      on: {
        questions: (question) => pipe.emit("questions", question),
        answers: (answer) => pipe.emit("answers", answer),
      },
    }),
  };
}

function memoryTools(memory: Map<string, JsonValue>): readonly Tool[] {
  return [
    {
      ...describedTool("put"),
      invoke: ({ key: given, value }) => {
        const key = keyOf(given);
        // A value without a form in JSON, such as `undefined`, becomes null.
        memory.set(key, JSON.parse(JSON.stringify(value) ?? "null"));
        return { ok: true, key };
      },
    },
    {
      ...describedTool("get"),
      invoke: ({ key: given }) => {
        const key = keyOf(given);
        const value = structuredClone(memory.get(key) ?? null);
        return { ok: memory.has(key), key, value };
      },
    },
    {
      ...describedTool("list"),
      invoke: () => ({ ok: true, keys: [...memory.keys()].sort() }),
    },
    {
      ...describedTool("clear"),
      invoke: () => {
        const cleared = memory.size;
        memory.clear();
        return { ok: true, cleared };
      },
    },
  ];
}

function keyOf(key: unknown): string {
  if (typeof key === "string" && key !== "") return key;
  throw new ExecutionException("'key' must be a text that is not empty");
}

/** A value or a part of it: then with its place in the whole value. */
interface Window {
  readonly value: JsonValue;
  readonly unit?: "items" | "characters";
  readonly offset?: number;
  readonly total?: number;
}

/**
 * Look at a part of a value that may be too large to show.
 *
 * A list shows at most 50 items, and only as many as 8,000 characters of JSON
 * hold; a string shows 8,000 characters; a longer record is shown as a piece
 * of its JSON text. `offset` moves on.
 *
 * @param args `key`, perhaps `path` in JMESPath, perhaps `offset`.
 * @returns With `ok: false` when there is no such value, or the path is wrong.
 */
export function peek(
  memory: ReadonlyMap<string, JsonValue>,
  args: Args,
): object {
  const key = textOf(args.key ?? "");
  const fail = (error: string): object => ({ ok: false, key, error });
  const value = memory.get(key);
  if (value === undefined) return fail(`Nothing is kept under '${key}'`);
  const path = args.path ?? "";
  const offset = args.offset ?? 0;
  if (typeof path !== "string") return fail("'path' must be a text");
  if (!Number.isInteger(offset) || numberOf(offset) < 0) {
    return fail("'offset' must be a whole number from 0");
  }
  try {
    const found = structuredClone(queryPath(value, path));
    return { ok: true, key, ...shown(found, numberOf(offset)) };
  } catch (error) {
    return fail(`'path' cannot be followed: ${messageOf(error)}`);
  }
}

/** Follow a JMESPath into a value; throws if it is not valid. */
export function queryPath(value: JsonValue, path: string): JsonValue {
  if (path === "") return value;
  return search(value as JSONValue, path) as JsonValue ?? null;
}

function shown(value: JsonValue, offset: number): Window {
  if (Array.isArray(value)) return items(value, offset);
  if (typeof value === "string") return characters(value, offset);
  const text = JSON.stringify(value);
  return text.length > MAX_CHARACTERS ? characters(text, offset) : { value };
}

function items(list: readonly JsonValue[], offset: number): Window {
  const window: JsonValue[] = [];
  let length = 2;
  for (const item of list.slice(offset, offset + MAX_ITEMS)) {
    const text = JSON.stringify(item);
    length += text.length + 1;
    const fits = length <= MAX_CHARACTERS;
    if (!fits && window.length > 0) break;
    // An item that is too long by itself shows its beginning.
    window.push(fits ? item : cut(typeof item === "string" ? item : text, 0));
  }
  if (window.length === list.length && window[0] === list[0]) {
    return { value: window };
  }
  return { value: window, unit: "items", offset, total: list.length };
}

function characters(text: string, offset: number): Window {
  const value = cut(text, offset);
  if (value.length === text.length) return { value };
  return { value, unit: "characters", offset, total: text.length };
}

/** Never ends with half a surrogate pair. */
function cut(text: string, offset: number): string {
  const end = offset + MAX_CHARACTERS;
  const last = text.charCodeAt(end - 1);
  const splits = end < text.length && last >= 0xd800 && last < 0xdc00;
  return text.slice(offset, splits ? end - 1 : end);
}
