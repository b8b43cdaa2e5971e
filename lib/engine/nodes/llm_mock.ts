import { defineNode, type NodeDefinition, type TaskContext } from "../node.ts";
import { configReader } from "./config_reader.ts";
import { llmInstance } from "./llm/llm_instance.ts";
import type { Model } from "./llm/model.ts";
import type { LlmOverride } from "./llm/llm_override.ts";
import { scriptedModel } from "./llm/scripted_model.ts";

/**
 * The node `llm_mock`, which only the embedded engine has: an
 * LLM that follows a script.
 *
 * The first entry of `replies` whose `match` is found in the text of the
 * questions, or else in the whole prompt, is the reply. `match` is a piece of
 * text or `/pattern/flags`; without it the entry answers everything. `reply`
 * is a text, or any JSON value; `error` makes the call fail with its text;
 * `thinking` sends messages to whoever watches the pipe. What no entry
 * answers is echoed: the last question, or `{"text": …}` when JSON is
 * expected. A reply that is not the JSON that was expected is asked for again,
 * as of any model.
 *
 * @param override What replies instead of the script, if anything does.
 * @returns The definition.
 */
export function llmMockNode(override?: LlmOverride): NodeDefinition {
  return defineNode({
    provider: "llm_mock",
    title: "Mock LLM",
    description:
      "Replies from a script, else with the last question. Exists in the " +
      "embedded engine only.",
    classType: ["llm"],
    lanes: { questions: ["answers"] },
    capabilities: ["INVOKE"],
    fields: [
      {
        name: "replies",
        type: "array",
        description: "The script: entries of `{match, reply}`, and instead " +
          "of `reply` perhaps `error`; `thinking` is optional.",
        default: [],
        optional: true,
      },
      {
        name: "modelTotalTokens",
        type: "integer",
        description: "The context length to tell agents.",
        default: 16384,
        optional: true,
      },
      {
        name: "modelOutputTokens",
        type: "integer",
        description: "The output length to tell agents.",
        default: 4096,
        optional: true,
      },
    ],
    start: (context: TaskContext) => {
      const { config, id } = context;
      const script = scriptedModel(config.replies ?? [], `Component ${id}`);
      const read = configReader(context);
      const model: Model = {
        contextTokens: read.number("modelTotalTokens", 16_384, { min: 1 }),
        outputTokens: read.number("modelOutputTokens", 4_096, { min: 1 }),
        reply: override?.({ id, provider: "llm_mock", model: "" }) ?? script,
      };
      return { instance: (pipe) => llmInstance(pipe, model) };
    },
  });
}
