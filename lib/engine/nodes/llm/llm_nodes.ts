import type { NodeDefinition, TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { httpModel, modelLimits } from "./http_model.ts";
import { type LlmOverride, scriptedReply } from "./llm_override.ts";
import { modelTask } from "./model.ts";

/**
 * Start the node of a provider, such as `llm_openai`: each asks its model over
 * HTTP, or the override, which needs neither key nor address.
 */
export function startLlm(
  provider: string,
  override: LlmOverride | undefined,
): NodeDefinition["start"] {
  return (context: TaskContext) => {
    if (!override) return modelTask(httpModel(provider, context));
    const read = configReader(context);
    const { id } = context;
    const reply = override({ id, provider, model: read.text("model", "") });
    return modelTask({ ...modelLimits(read), reply });
  };
}

/**
 * Start `llm_mock`, which only the embedded engine has: a model that follows
 * the script in `replies`.
 */
export function startLlmMock(
  override: LlmOverride | undefined,
): NodeDefinition["start"] {
  return (context: TaskContext) => {
    const { config: { replies = [] }, id } = context;
    const script = scriptedReply(replies, `Component ${id}`);
    const read = configReader(context);
    return modelTask({
      contextTokens: read.number("modelTotalTokens", 16_384, { min: 1 }),
      outputTokens: read.number("modelOutputTokens", 4_096, { min: 1 }),
      reply: override?.({ id, provider: "llm_mock", model: "" }) ?? script,
    });
  };
}
