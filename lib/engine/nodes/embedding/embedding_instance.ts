import type { NodeInstance, PipeContext } from "../../node.ts";
import type { Embedder } from "./embedder.ts";

/**
 * An embedding node at work: gives documents and the texts of
 * questions their vectors, and passes them on.
 */
export function embeddingInstance(
  pipe: PipeContext,
  { model, embed }: Embedder,
): NodeInstance {
  async function encoded<T extends object>(
    items: readonly T[],
    textOf: (item: T) => string,
  ): Promise<
    (T & { embedding: readonly number[]; embedding_model: string })[]
  > {
    const texts = items.map(textOf);
    const vectors = texts.length === 0 ? [] : await embed(texts, pipe);
    return items.map((item, at) => ({
      ...item,
      embedding: vectors[at] ?? [],
      embedding_model: model,
    }));
  }

  return {
    on: {
      documents: async (documents) => {
        const textOf = (doc: typeof documents[number]): string =>
          doc.page_content ?? "";
        await pipe.emit("documents", await encoded(documents, textOf));
        // Where an engine forwards by default, it would the bare ones, too.
        return "consume";
      },
      questions: async (question) => {
        const questions = await encoded(question.questions, ({ text }) => text);
        await pipe.emit("questions", { ...question, questions });
        return "consume";
      },
    },
  };
}
