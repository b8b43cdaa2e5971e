import {
  defineNode,
  type NodeDefinition,
  type NodeInstance,
  type PipeContext,
  type TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { askLlm } from "../llm/ask_llm.ts";
import { fittingPieces } from "../llm/fitting_pieces.ts";
import { objectDoc } from "../object_doc.ts";
import { promptText } from "../prompt_text.ts";
import {
  readSummary,
  type Summary,
  summaryParts,
  summaryText,
} from "./_summary.ts";
import { summaryQuestion } from "./_summary_question.ts";
import { type SummaryLimits, summaryLimits } from "./summary_limits.ts";

/**
 * The node `summarization`: lets its LLM sum up the text of an
 * object, with key points and entities.
 *
 * The text is gathered until the object is complete, then cut into pieces
 * that the LLM can hold, of which the first few are summed up, one after the
 * other. The results become one text with three headings, and up to three
 * documents a piece, for whoever listens. Blank text is not summed up.
 *
 * @returns The definition.
 */
export function summarizationNode(): NodeDefinition {
  return defineNode({
    provider: "summarization",
    title: "Summarization",
    description: "Lets an LLM sum up text, with key points and entities.",
    classType: ["text"],
    lanes: { text: ["text", "documents"] },
    invoke: { llm: { description: "Sums the text up.", min: 1 } },
    replaces: true,
    preconfig: {
      default: "default",
      profiles: {
        default: {
          numberOfSummaries: 2,
          numberOfSummaryWords: 1500,
          numberOfKeyPointWords: 250,
          numberOfEntities: 25,
        },
      },
    },
    fields: [
      {
        name: "numberOfSummaries",
        type: "integer",
        description: "How many pieces of the text are summed up.",
      },
      {
        name: "numberOfSummaryWords",
        type: "integer",
        description: "The most words of a summary; 0 for no summaries.",
      },
      {
        name: "numberOfKeyPointWords",
        type: "integer",
        description: "The most words of a key point; 0 for no key points.",
      },
      {
        name: "numberOfEntities",
        type: "integer",
        description: "The most entities; 0 for none.",
      },
    ],
    start: (context: TaskContext) => {
      const limits = summaryLimits(configReader(context));
      return { instance: (pipe) => instance(pipe, limits, context.id) };
    },
  });
}

function instance(
  pipe: PipeContext,
  limits: SummaryLimits,
  signature: string,
): NodeInstance {
  const texts: string[] = [];
  return {
    on: { text: (text) => void texts.push(text) },
    async closing(): Promise<void> {
      const whole = texts.join("");
      if (whole.trim() === "") return;
      const summaries = await summed(pipe, whole, limits);
      const text = summaryText(summaries);
      if (text !== "" && pipe.listens("text")) await pipe.emit("text", text);
      const documents = summaries.flatMap(summaryParts).map((part, chunkId) =>
        objectDoc(pipe.object, part, { chunkId, signature })
      );
      if (documents.length > 0 && pipe.listens("documents")) {
        await pipe.emit("documents", documents);
      }
    },
  };
}

async function summed(
  pipe: PipeContext,
  text: string,
  limits: SummaryLimits,
): Promise<readonly Summary[]> {
  const base = promptText(summaryQuestion("", limits), { retry: true });
  const pieces = await fittingPieces(pipe, text, { base });
  const summaries: Summary[] = [];
  for (const piece of pieces.slice(0, limits.pieces)) {
    const answer = await askLlm(pipe, summaryQuestion(piece, limits));
    summaries.push(readSummary(answer, limits));
  }
  return summaries;
}
