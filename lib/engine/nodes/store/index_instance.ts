import type { Doc } from "../../../../schema/doc.ts";
import type { NodeInstance, PipeContext } from "../../node.ts";
import type { MatchOperator, TextIndex } from "./text_index.ts";

/**
 * A full-text index at work: keeps texts, and answers questions
 * with those that match, one by one, on each lane that somebody listens to.
 * Of a question only the first text is looked for.
 */
export function indexInstance(
  pipe: PipeContext,
  index: TextIndex,
  operator: MatchOperator,
): NodeInstance {
  return {
    on: {
      text: (text) => {
        if (text.trim() !== "") index.add(text);
      },
      questions: async ({ questions }) => {
        const documents: Doc[] = [];
        for (const hit of index.search(questions[0]?.text ?? "", operator)) {
          const { id: objectId, text, score } = hit;
          documents.push({
            type: "Document",
            page_content: text,
            score,
            metadata: { objectId, chunkId: 0 },
          });
          if (pipe.listens("answers")) {
            await pipe.emit("answers", { answer: text, expectJson: false });
          }
          if (pipe.listens("text")) await pipe.emit("text", text);
        }
        if (documents.length > 0 && pipe.listens("documents")) {
          await pipe.emit("documents", documents);
        }
        return "consume";
      },
    },
  };
}
