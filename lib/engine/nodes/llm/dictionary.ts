import { createQuestion } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type { NodeTask, PipeContext, TaskContext } from "../../node.ts";
import { objectDoc } from "../object_doc.ts";
import { askLlm } from "./ask_llm.ts";
import prompts from "./prompts.json" with { type: "json" };

/**
 * Start `dictionary`: its LLM finds the terms that a text explains or takes
 * for granted, and each becomes a document.
 *
 * The LLM is asked once for each text that is not blank. The content of a
 * document is the JSON of an entry, usually `{"term": …, "description": …}`;
 * those of one answer are written together, numbered through the whole object.
 * An answer that is not a list fails the write.
 */
export function startDictionary({ id: signature }: TaskContext): NodeTask {
  return {
    instance: (pipe) => {
      let chunkId = 0;
      return {
        on: {
          text: async (text) => {
            if (text.trim() === "") return;
            const entries = await askForTerms(pipe, text);
            const documents = entries.map((entry) => {
              const place = { chunkId: chunkId++, signature };
              return objectDoc(pipe.object, JSON.stringify(entry), place);
            });
            if (documents.length > 0) await pipe.emit("documents", documents);
          },
        },
      };
    },
  };
}

async function askForTerms(
  pipe: PipeContext,
  text: string,
): Promise<readonly unknown[]> {
  const question = createQuestion({ ...prompts.dictionary, context: [text] });
  const answer = await askLlm(pipe, question);
  if (Array.isArray(answer)) return answer;
  throw new ExecutionException("The model did not answer a list of terms");
}
