import type { Doc } from "../../../../schema/doc.ts";
import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import type { NodeInstance, PipeContext } from "../../node.ts";
import type { Collection } from "./collection.ts";
import { search } from "./search.ts";

/**
 * A vector store at work: keeps documents, and answers
 * questions with those that match, on each lane that somebody listens to.
 */
export function storeInstance(
  pipe: PipeContext,
  collection: Collection,
  least: number,
): NodeInstance {
  return {
    on: {
      documents: (documents) => collection.add(documents),
      questions: async (question) => {
        if (question.filter?.name) {
          pipe.warn("The filter 'name' is not looked at: documents have none");
        }
        const found = search(collection, question, least);
        await answer(pipe, question, merged(question.documents, found));
        return "consume";
      },
    },
  };
}

async function answer(
  pipe: PipeContext,
  question: Question,
  documents: readonly Doc[],
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

/** What the question brought along, and what was found: the best first. */
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

/** The question with documents to rest on; a further store keeps to them. */
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
