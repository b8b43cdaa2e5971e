import type { BuiltinNodesOptions, Starters } from "../options.ts";
import apis from "./apis.json" with { type: "json" };
import { startDictionary } from "./dictionary.ts";
import { startExtractData } from "./extract_data.ts";
import { startLlm, startLlmMock } from "./llm_nodes.ts";
import { llmOverride } from "./llm_override.ts";
import { startPreprocessorLlm } from "./preprocessor_llm.ts";
import { startSummarization } from "./summarization.ts";

/** Nodes that are models, and nodes that ask one. */
export function starters({ llm }: BuiltinNodesOptions): Starters {
  const override = llm && llmOverride(llm);
  const models = Object.keys(apis).map((provider) =>
    [provider, startLlm(provider, override)] as const
  );
  return {
    ...Object.fromEntries(models),
    llm_bedrock: startLlm("llm_bedrock", override),
    llm_mock: startLlmMock(override),
    preprocessor_llm: startPreprocessorLlm,
    dictionary: startDictionary,
    summarization: startSummarization,
    extract_data: startExtractData,
  };
}
