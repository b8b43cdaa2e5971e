import { embeddingNodes } from "../embedding/embedding_nodes.ts";
import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { exaSearchNode } from "../search/exa_search.ts";
import { rerankCohereNode } from "../search/rerank_cohere.ts";
import { storeNodes } from "../store/store_nodes.ts";

/** Embeddings, stores, and search. */
export function starters({ embedding }: BuiltinNodesOptions): Starters {
  const byProvider = [...embeddingNodes(embedding), ...storeNodes()]
    .map(({ provider, start }) => [provider, start] as const);
  return {
    ...Object.fromEntries(byProvider),
    rerank_cohere: rerankCohereNode().start,
    tool_exa_search: exaSearchNode().start,
  };
}
