import {
  isRecord,
  type JsonObject,
  type JsonValue,
} from "../../schema/json.ts";
import { didFail } from "../../schema/envelope.ts";
import { checkOptions, kindOf, type OptionNames } from "../check.ts";
import {
  ExecutionException,
  PipeException,
  RocketRideException,
} from "../errors.ts";
import type { FailureRow } from "../protocol/failure.ts";
import { refusal, tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { openOn } from "./task.ts";

/** Options of {@linkcode tool}. */
export interface ToolOptions extends CallOptions {
  /**
   * The id of the component whose tool is meant.
   *
   * @default {the first that has a tool of that name}
   */
  readonly node?: string | undefined;
}

/** The options of `tool`. */
export const TOOL_NAMES: OptionNames<ToolOptions> = {
  node: "string",
  signal: 1,
  timeout: 1,
};

const NODE = "node is the id of a component of the pipeline";

/** Failure texts of tools. */
// deno-fmt-ignore -- a table, one row a line
const TOOL_FAILURES: readonly FailureRow[] = [
  [/^Invalid subcommand /, "unknown-command", "The server's version has no tools"],
  [/^No handler found for tool /, "tool-not-found", "The documentation of a node lists its tools"],
  [/^Node ".*" not found in pipeline$/s, "tool-not-found", NODE],
  [/^Pipe \S+ is not open$/, "pipe-closed"],
  [/^Pipe \S+ has failed$/, "pipe-failed", "The error of an earlier write says why"],
];

/**
 * Call a tool of a pipeline's node, such as a search or a database.
 *
 * Servers from 1.3 on have tools. The call waits until the task runs, and for
 * a free slot, as opening a pipe does; on a pipe that is open already it waits
 * for neither. Aborting ends the wait, not the tool.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, its token, or an open {@linkcode DataPipe}.
 * @param name The tool's name, as the node's documentation has it.
 * @param input What the tool is to work with.
 * @param options See {@linkcode ToolOptions}. Without `timeout` there is no
 * limit, unless the session's `requestTimeout` was set.
 * @returns What the tool returned: any JSON, also `null`.
 * @throws {TypeError} The name is empty, or the input no object. Nothing was
 * sent.
 * @throws {ExecutionException} The tool failed, with its own words; there is
 * none of that name (`tool-not-found`); or the task does not run.
 * @throws {PipeException} The pipe is not open (`pipe-closed`).
 * @throws {RocketRideException} The server has no tools (`unknown-command`).
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, tool, use } from "@rocketride/streams";
 * import { createEngine, defineNode } from "@rocketride/streams/engine";
 *
 * const adder = defineNode({
 *   provider: "adder",
 *   title: "Adder",
 *   description: "Adds two numbers",
 *   classType: ["tool"],
 *   lanes: { text: [] },
 *   start: () => ({
 *     instance: () => ({
 *       invoke({ args: { tool, args } }) {
 *         const { a, b } = args as { a: number; b: number };
 *         return tool === "add" ? { sum: a + b } : undefined;
 *       },
 *     }),
 *   }),
 * });
 * const engine = createEngine({ nodes: [adder] });
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   pipeline: {
 *     source: "in",
 *     components: [
 *       { id: "in", provider: "webhook", config: {} },
 *       { id: "adder_1", provider: "adder", config: {},
 *         input: [{ lane: "text", from: "in" }] },
 *     ],
 *   },
 * });
 * const input = { a: 1, b: 2 };
 * assertEquals(await tool(session, task, "add", input), { sum: 3 });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function tool(
  session: Session,
  task: TaskRef,
  name: string,
  input: JsonObject = {},
  options: ToolOptions = {},
): Promise<JsonValue> {
  const usage = "tool(session, task, name, input, { node })";
  checkOptions(options, usage, TOOL_NAMES);
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`Expected the name of a tool, not ${kindOf(name)}`);
  }
  if (!isRecord(input)) {
    throw new TypeError(
      `Expected the input of a tool to be an object, not ${kindOf(input)}`,
    );
  }
  return await toolCall(session, task, name, input, options);
}

/** Call a tool; `rows` are the failure texts of tools of its kind. */
export async function toolCall(
  session: Session,
  task: TaskRef,
  name: string,
  input: JsonObject,
  { node = "", signal, timeout }: ToolOptions,
  rows: readonly FailureRow[] = [],
): Promise<JsonValue> {
  const core = coreOf(session);
  const { pipeId, isOpened }: OpenPipe = Object(task);
  const onPipe = pipeId !== undefined;
  if (onPipe && isOpened === false) {
    throw new PipeException("Pipe is not open", { code: "pipe-closed" });
  }

  async function ask(token: string): Promise<JsonValue> {
    const args = {
      subcommand: "tool",
      tool: name,
      nodeId: node,
      input,
      token,
      ...(onPipe && { pipe_id: pipeId }),
    };
    const response = await core.request(
      { command: "rrext_process", token, arguments: args },
      {
        signal,
        timeout: timeout ?? core.settings.longTimeout,
        // On another connection the number would be that of another pipe.
        ...(onPipe && { connectionId: core.connectionId ?? NaN }),
      },
    );
    if (didFail(response)) {
      const known = [...rows, ...TOOL_FAILURES];
      throw refusal(response, ExecutionException, undefined, known);
    }
    const { result } = response.body ?? {};
    if (result !== undefined) return result as JsonValue;
    // 1.1 servers call every failure of the task's process a success.
    throw new RocketRideException("Engine returned no result of the tool", {
      code: "unknown-command",
      hint: "The server's version has no tools",
      dapResult: core.settings.secrets.hideIn(response, true),
    });
  }

  const token = tokenOf(task);
  return onPipe
    ? await ask(token)
    : await openOn(core, token, ask, { signal, timeout });
}

/** What a `DataPipe` has beyond a task. */
interface OpenPipe {
  readonly pipeId?: number;
  readonly isOpened?: boolean;
}
