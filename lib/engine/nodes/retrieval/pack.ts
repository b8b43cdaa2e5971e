import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { openaiStarter, transformerStarter } from "./embedding.ts";
import { startExaSearch } from "./exa_search.ts";
import { startRerankCohere } from "./rerank_cohere.ts";
import { storeStarters } from "./stores.ts";

/** Embeddings, stores and search. */
export function starters({ embedding }: BuiltinNodesOptions): Starters {
  return {
    embedding_openai: openaiStarter(embedding),
    embedding_transformer: transformerStarter(embedding),
    ...storeStarters(),
    rerank_cohere: startRerankCohere,
    tool_exa_search: startExaSearch,
  };
}
