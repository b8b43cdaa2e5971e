import { isRecord } from "../../../../schema/json.ts";

/** Something that the model wants done. */
export interface ToolCall {
  /** The tool's public name. */
  readonly tool: string;
  /** Its arguments, references unresolved. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** What the model wants next. */
export type Plan =
  | { readonly done: true; readonly answer: string }
  | {
    readonly done: false;
    /** What it thinks, for whoever watches. */
    readonly thought: string;
    /** What it wants to read in the next wave. */
    readonly scratch: string;
    /** Keys of results that it needs no more. */
    readonly remove: readonly string[];
    /** What is to be done now, all of it together. */
    readonly calls: readonly ToolCall[];
  };

/**
 * Read what a model replied to a wave. Models leave things out, so all that is
 * missing is empty; an answer counts even without `done`, unless tools are
 * called, too.
 */
export function readPlan(reply: unknown): Plan {
  if (!isRecord(reply)) return { done: true, answer: asText(reply) };
  const { tool_calls, answer, done, thought, scratch, remove } = reply;
  const calls = (Array.isArray(tool_calls) ? tool_calls : []).flatMap(readCall);
  if (done === true || (calls.length === 0 && answer !== undefined)) {
    return { done: true, answer: asText(answer ?? "") };
  }
  return {
    done: false,
    thought: asText(thought ?? ""),
    scratch: asText(scratch ?? ""),
    remove: Array.isArray(remove) ? remove.map(String) : [],
    calls,
  };
}

function readCall(call: unknown): readonly ToolCall[] {
  if (!isRecord(call) || typeof call.tool !== "string") return [];
  return [{ tool: call.tool, args: isRecord(call.args) ? call.args : {} }];
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
