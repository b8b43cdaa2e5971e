import type { Doc } from "../../../../schema/doc.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import type { NodeInstance, PipeContext } from "../../node.ts";
import type { Collection } from "./collection.ts";
import { search } from "./search.ts";

/**
 * A vector store at work: keeps documents, and answers questions with those
 * that match, on each connected lane.
 *
 * @param least The score below which documents are left out.
 * @param emit How the documents of an answer are passed on.
 */
export function storeInstance(
  pipe: PipeContext,
  collection: Collection,
  least: number,
  emit: typeof emitTogether = emitTogether,
): NodeInstance {
  return {
    on: {
      documents: (documents) => collection.add(documents),
      questions: async (question) => {
        if (question.filter?.name) {
          pipe.warn("The filter 'name' is not looked at: documents have none");
        }
        const found = search(collection, question, least);
        await emit(pipe, merged(question.documents, found), question);
        return "consume";
      },
    },
  };
}

/** Emit documents as they are, as one JSON answer, and in the question. */
async function emitTogether(
  pipe: PipeContext,
  documents: readonly Doc[],
  question: Question,
): Promise<void> {
  if (pipe.listens("documents")) await pipe.emit("documents", documents);
  if (pipe.listens("answers")) {
    const answer = JSON.stringify(documents);
    await pipe.emit("answers", { answer, expectJson: false });
  }
  if (pipe.listens("questions")) {
    await pipe.emit("questions", resting(question, documents));
  }
}

/** Emit the text of each document as an answer and as text, then all. */
export async function emitOneByOne(
  pipe: PipeContext,
  documents: readonly Doc[],
): Promise<void> {
  for (const { page_content } of documents) {
    const answer = page_content ?? "";
    if (pipe.listens("answers")) {
      await pipe.emit("answers", { answer, expectJson: false });
    }
    if (pipe.listens("text")) await pipe.emit("text", answer);
  }
  if (documents.length > 0 && pipe.listens("documents")) {
    await pipe.emit("documents", documents);
  }
}

/** What the question already had, and what was found: the best first. */
function merged(
  brought: readonly Doc[],
  found: readonly Doc[],
): readonly Doc[] {
  const isFound = ({ metadata }: Doc): boolean =>
    found.some((doc) =>
      doc.metadata?.objectId === metadata?.objectId &&
      doc.metadata?.chunkId === metadata?.chunkId
    );
  return [...brought.filter((doc) => !isFound(doc)), ...found]
    .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

/** The question with documents; a further store searches only these. */
function resting(question: Question, documents: readonly Doc[]): Question {
  if (documents.length === 0) return question;
  const objectIds = new Set(question.filter?.objectIds ?? []);
  for (const { metadata } of documents) {
    if (metadata) objectIds.add(metadata.objectId);
  }
  return completeQuestion({
    ...question,
    documents,
    filter: { ...question.filter, objectIds: [...objectIds] },
  });
}
