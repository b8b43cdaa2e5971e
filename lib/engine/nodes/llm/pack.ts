import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { startDictionary } from "./dictionary.ts";
import { startExtractData } from "./extract_data.ts";
import { startLlm, startLlmMock } from "./llm_nodes.ts";
import { llmOverride } from "./llm_override.ts";
import { startPreprocessorLlm } from "./preprocessor_llm.ts";
import { startSummarization } from "./summarization.ts";

/** Nodes that are models, and nodes that ask one. */
export function starters({ llm }: BuiltinNodesOptions): Starters {
  const override = llm && llmOverride(llm);
  return {
    llm_anthropic: startLlm("llm_anthropic", override),
    llm_bedrock: startLlm("llm_bedrock", override),
    llm_deepseek: startLlm("llm_deepseek", override),
    llm_gemini: startLlm("llm_gemini", override),
    llm_gmi_cloud: startLlm("llm_gmi_cloud", override),
    llm_mistral: startLlm("llm_mistral", override),
    llm_mock: startLlmMock(override),
    llm_ollama: startLlm("llm_ollama", override),
    llm_openai: startLlm("llm_openai", override),
    llm_openai_api: startLlm("llm_openai_api", override),
    llm_perplexity: startLlm("llm_perplexity", override),
    llm_qwen: startLlm("llm_qwen", override),
    llm_xai: startLlm("llm_xai", override),
    preprocessor_llm: startPreprocessorLlm,
    dictionary: startDictionary,
    summarization: startSummarization,
    extract_data: startExtractData,
  };
}
