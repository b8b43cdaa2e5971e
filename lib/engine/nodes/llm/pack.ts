import { dictionaryNode } from "../dictionary.ts";
import { extractDataNode } from "../extract_data.ts";
import { llmMockNode } from "../llm_mock.ts";
import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { preprocessorLlmNode } from "../preprocessor_llm.ts";
import { summarizationNode } from "../summarization/summarization.ts";
import { llmNodes } from "./llm_nodes.ts";
import { llmOverride } from "./llm_override.ts";

/** Nodes that are models, and nodes that ask one. */
export function starters({ llm }: BuiltinNodesOptions): Starters {
  const override = llm && llmOverride(llm);
  const byProvider = llmNodes(override)
    .map(({ provider, start }) => [provider, start] as const);
  return {
    ...Object.fromEntries(byProvider),
    llm_mock: llmMockNode(override).start,
    preprocessor_llm: preprocessorLlmNode().start,
    dictionary: dictionaryNode().start,
    summarization: summarizationNode().start,
    extract_data: extractDataNode().start,
  };
}
