import { checkOptions } from "../../check.ts";
import type { NodeDefinition } from "../node.ts";
import { agentRocketrideNode } from "./agent/agent_rocketride.ts";
import { dictionaryNode } from "./dictionary.ts";
import { embeddingNodes } from "./embedding/embedding_nodes.ts";
import type { EmbeddingFunction } from "./embedding/embedding_override.ts";
import { extractDataNode } from "./extract_data.ts";
import { filesystemNode } from "./filesystem/filesystem.ts";
import { guardrailsNode } from "./guardrails/guardrails.ts";
import { hashNode } from "./hash.ts";
import { httpRequestNode } from "./http_request/http_request.ts";
import {
  type LlmFunction,
  llmOverride,
  type LlmReplyLine,
} from "./llm/llm_override.ts";
import { llmNodes } from "./llm/llm_nodes.ts";
import { llmMockNode } from "./llm_mock.ts";
import { memoryInternalNode } from "./memory/memory_internal.ts";
import { memoryPersistentNode } from "./memory/memory_persistent.ts";
import { parseNode } from "./parse/parse.ts";
import type { ParserTable } from "./parse/parser_table.ts";
import { preprocessorLangchainNode } from "./preprocessor_langchain.ts";
import { preprocessorCodeNode } from "./code/preprocessor_code.ts";
import { anonymizeTextNode } from "./privacy/anonymize_text.ts";
import { preprocessorLlmNode } from "./preprocessor_llm.ts";
import { promptNode } from "./prompt.ts";
import { questionNode } from "./question.ts";
import { responseNodes } from "./response.ts";
import { exaSearchNode } from "./search/exa_search.ts";
import { rerankCohereNode } from "./search/rerank_cohere.ts";
import { startReadsOnly } from "../validate/start_fault.ts";
import { sourceNodes } from "./sources.ts";
import { storeNodes } from "./store/store_nodes.ts";
import { summarizationNode } from "./summarization/summarization.ts";

/** Options of {@linkcode builtinNodes}. */
export interface BuiltinNodesOptions {
  /**
   * Parsers of your own for the node `parse`, by media type.
   *
   * @default {{}}
   */
  readonly parsers?: ParserTable;
  /**
   * The hosts that the node `tool_http_request` may ask, by name;
   * `*.example.com` stands for all below one. All when absent.
   */
  readonly allowHosts?: readonly string[] | undefined;
  /**
   * The greatest number of waves that an agent may be given, 1 to 50.
   *
   * @default {50}
   */
  readonly maxWaves?: number;
  /**
   * What answers instead of every model: a function, or a script. The models
   * that pipelines name when absent.
   */
  readonly llm?: LlmFunction | readonly LlmReplyLine[] | undefined;
  /**
   * What makes vectors instead of every embedding model: a function, or
   * `words`, which compares texts by the words that they share. The models
   * that pipelines name when absent.
   */
  readonly embedding?: EmbeddingFunction | "words" | undefined;
}

/**
 * The nodes that come with the embedded engine.
 *
 * @param options See {@linkcode BuiltinNodesOptions}.
 * @returns A definition for each provider, sources first.
 * @throws {ValidationException} A line of the script is malformed.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { builtinNodes } from "@rocketride/streams/engine";
 *
 * const providers = builtinNodes().map(({ provider }) => provider);
 * assert(providers.includes("webhook"));
 * assert(providers.includes("response_text"));
 * ```
 */
export function builtinNodes(
  options: BuiltinNodesOptions = {},
): readonly NodeDefinition[] {
  checkOptions(options, "builtinNodes({ parsers })", {
    parsers: 1,
    allowHosts: 1,
    maxWaves: 1,
    llm: 1,
    embedding: 1,
  });
  const override = options.llm && llmOverride(options.llm);
  return [
    ...sourceNodes(),
    parseNode(options.parsers),
    hashNode(),
    questionNode(),
    promptNode(),
    preprocessorLangchainNode(),
    preprocessorCodeNode(),
    preprocessorLlmNode(),
    anonymizeTextNode(),
    guardrailsNode(),
    dictionaryNode(),
    summarizationNode(),
    extractDataNode(),
    ...embeddingNodes(options.embedding),
    ...storeNodes(),
    rerankCohereNode(),
    agentRocketrideNode(options),
    memoryInternalNode(),
    memoryPersistentNode(),
    httpRequestNode(options),
    filesystemNode(),
    exaSearchNode(),
    ...llmNodes(override),
    llmMockNode(override),
    ...responseNodes(),
  ].map(startReadsOnly);
}
