import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { openaiStarter, transformerStarter } from "./embedding.ts";
import { startExaSearch } from "./exa_search.ts";
import { startRerankCohere } from "./rerank_cohere.ts";
import { storeStarters } from "./stores.ts";

/** Embeddings, stores and search. */
export function starters({ embedding }: BuiltinNodesOptions): Starters {
  const { vectors, vectorsOrTexts } = storeStarters();
  return {
    embedding_openai: openaiStarter(embedding),
    embedding_transformer: transformerStarter(embedding),
    qdrant: vectors("qdrant"),
    chroma: vectors("chroma"),
    milvus: vectors("milvus"),
    pinecone: vectors("pinecone"),
    weaviate: vectors("weaviate"),
    astra_db: vectors("astra_db"),
    "mongodb+srv": vectors("mongodb+srv"),
    postgres: vectors("postgres"),
    elasticsearch: vectorsOrTexts("elasticsearch"),
    opensearch: vectorsOrTexts("opensearch"),
    rerank_cohere: startRerankCohere,
    tool_exa_search: startExaSearch,
  };
}
