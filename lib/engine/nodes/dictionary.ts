import { createQuestion } from "../../../schema/question.ts";
import { ExecutionException } from "../../errors.ts";
import {
  defineNode,
  type NodeDefinition,
  type NodeInstance,
  type PipeContext,
} from "../node.ts";
import { askLlm } from "./llm/ask_llm.ts";
import { objectDoc } from "./object_doc.ts";

/**
 * The node `dictionary`: lets its LLM find the terms that a text
 * explains or takes for granted, and makes a document of each.
 *
 * The LLM is asked once for each text that arrives; of blank text it is asked
 * nothing. Each entry that it answers becomes a document whose content is the
 * entry's JSON text, usually `{"term": …, "description": …}`; those of one
 * answer are written together, numbered through the whole object. An answer
 * that is no list fails the write.
 *
 * @returns The definition.
 */
export function dictionaryNode(): NodeDefinition {
  return defineNode({
    provider: "dictionary",
    title: "Dictionary",
    description: "Lets an LLM explain the terms of a text, as documents.",
    classType: ["text"],
    lanes: { text: ["documents"] },
    invoke: { llm: { description: "Finds and explains the terms.", min: 1 } },
    start: ({ id }) => ({ instance: (pipe) => instance(pipe, id) }),
  });
}

function instance(pipe: PipeContext, id: string): NodeInstance {
  let chunkId = 0;
  return {
    on: {
      text: async (text) => {
        if (text.trim() === "") return;
        const entries = await askForTerms(pipe, text);
        const documents = entries.map((entry) =>
          objectDoc(pipe.object, JSON.stringify(entry), {
            chunkId: chunkId++,
            signature: id,
          })
        );
        if (documents.length > 0) await pipe.emit("documents", documents);
      },
    },
  };
}

async function askForTerms(
  pipe: PipeContext,
  text: string,
): Promise<readonly unknown[]> {
  const question = createQuestion({
    expectJson: true,
    instructions: [{
      subtitle: "Dictionary",
      instructions:
        "Collect the terms in the context that a newcomer would have to look " +
        "up: names of products, abbreviations, jargon, and common words that " +
        "mean something particular here. Explain each in a sentence or two, " +
        "from the context alone. Without such terms, answer an empty list.",
    }],
    examples: [{
      given: "Every SKU is cycle-counted once a quarter.",
      result: JSON.stringify([
        { term: "SKU", description: "The unit that stock is counted in." },
        {
          term: "cycle-counted",
          description: "Counted in turns, not all at once.",
        },
      ]),
    }],
    context: [text],
    questions: [{ text: "Which terms need to be explained?" }],
  });
  const answer = await askLlm(pipe, question);
  if (Array.isArray(answer)) return answer;
  throw new ExecutionException("The model did not answer a list of terms");
}
