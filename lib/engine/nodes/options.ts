import type { JsonObject } from "../../../schema/json.ts";
import type { Awaitable, NodeDefinition } from "../node.ts";
import type { EmbeddingFunction } from "./retrieval/embedding.ts";
import type { LlmFunction, LlmReplyLine } from "./llm/llm_override.ts";
import type { ParserTable } from "./core/parse.ts";

/** What is known of the component that an override works for. */
export interface OverrideContext {
  /** The component's id. */
  readonly id: string;
  /** Its configuration, presets applied. */
  readonly config: JsonObject;
  /** Aborts when the pipe is abandoned or the task stops. */
  readonly signal: AbortSignal;
}

/**
 * Functions that do the work of nodes which can do it only in part here. What
 * one throws fails the object.
 *
 * @example Names of persons, which have no form of their own
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine({
 *   overrides: { anonymize_text: (text) => text.replaceAll("Ann", "███") },
 * });
 * const session = await connect({ transport: engine.transport(), env: {} });
 * const task = await use(session, {
 *   pipeline: {
 *     components: [
 *       { id: "in", provider: "webhook", config: {} },
 *       { id: "mask", provider: "anonymize_text", config: {},
 *         input: [{ lane: "text", from: "in" }] },
 *       { id: "out", provider: "response_text", config: {},
 *         input: [{ lane: "text", from: "mask" }] },
 *     ],
 *     source: "in",
 *   },
 * });
 * assertEquals((await send(session, task, "Hi Ann")).text, ["Hi ███\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export interface NodeOverrides {
  /** Returns the whole text of an object, its personal data covered. */
  readonly anonymize_text?: (
    text: string,
    context: OverrideContext,
  ) => Awaitable<string>;
  /**
   * Says why a text may not pass, never quoting it; `undefined` when it may.
   * Asked for the rules that need a judgement.
   */
  readonly guardrails?: (
    text: string,
    context: GuardContext,
  ) => Awaitable<string | undefined>;
  /** Returns the pieces of source code that become documents. */
  readonly preprocessor_code?: (
    code: string,
    context: CodeContext,
  ) => Awaitable<readonly string[]>;
}

/** What is known of a text that `guardrails` asks about. */
export interface GuardContext extends OverrideContext {
  /**
   * The rule: whether a question gives the model other orders, or an answer may
   * do harm.
   */
  readonly rule: "prompt_injection" | "content_safety";
}

/** What is known of code that `preprocessor_code` cuts. */
export interface CodeContext extends OverrideContext {
  /**
   * `c`, `cpp`, `python`, `javascript` or `typescript`: what the configuration
   * says, else what the object's name or media type tells.
   */
  readonly language: string | undefined;
}

/** What nodes look at of the options of `createEngine`. */
export interface BuiltinNodesOptions {
  readonly parsers?: ParserTable;
  readonly allowHosts?: readonly string[] | undefined;
  readonly maxWaves?: number;
  readonly llm?: LlmFunction | readonly LlmReplyLine[] | undefined;
  readonly embedding?: EmbeddingFunction | "words" | undefined;
  readonly overrides?: NodeOverrides;
}

/** Checks the configuration of a component and prepares its work. */
export type Start = NodeDefinition["start"];

/** The `start` functions of a pack's nodes, by provider. */
export type Starters = Readonly<Record<string, Start>>;

/** What a pack's `services.json` says of a node: all but its code. */
export interface NodeData extends Omit<NodeDefinition, "start"> {
  /**
   * The option, or the member of `overrides`, that does what this engine cannot
   * do by itself. A function given for it removes the `limitation`.
   */
  readonly override?: "llm" | "embedding" | keyof NodeOverrides;
  /** Whether the node exists only if the option `override` is given. */
  readonly needsOverride?: boolean;
}
