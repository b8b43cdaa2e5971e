import type { Doc } from "../../../../schema/doc.ts";
import { isRecord } from "../../../../schema/json.ts";
import { createQuestion, type Question } from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type {
  NodeInstance,
  NodeTask,
  PipeContext,
  TaskContext,
} from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import { promptText } from "../prompt_text.ts";
import { splitAtSeparator } from "../text_splitter.ts";
import { askLlm, countTokens, fittingPieces } from "./ask_llm.ts";
import prompts from "./prompts.json" with { type: "json" };

const DEFAULT_TOKENS = 384;

/** A part of a document, as the LLM answers it. */
interface Part {
  readonly content: string;
  readonly isSummary: boolean;
}

/**
 * Start `preprocessor_llm`: its LLM cuts text into documents that can be read
 * by themselves, and sums it up in one more.
 *
 * Text is gathered until the object is complete, and cut first into pieces
 * that the LLM can hold and repeat. The document with a summary has
 * `isSummary` in its metadata. Tables are cut between their lines, without the
 * LLM, as they arrive. Chunks are numbered from 0 through the whole object.
 */
export function startPreprocessorLlm(context: TaskContext): NodeTask {
  const read = configReader(context);
  const tokens = read.number("numberOfTokens", DEFAULT_TOKENS, { min: 1 });
  return { instance: (pipe) => instance(pipe, tokens, context.id) };
}

function instance(
  pipe: PipeContext,
  tokens: number,
  signature: string,
): NodeInstance {
  const texts: string[] = [];
  let chunkId = 0;

  async function emit(documents: readonly Doc[]): Promise<void> {
    if (documents.length > 0) await pipe.emit("documents", documents);
  }

  function docOf({ content, isSummary }: Part, isTable = false): Doc {
    const place = { chunkId: chunkId++, signature, isTable };
    const doc = objectDoc(pipe.object, content, place);
    const { metadata } = doc;
    if (!isSummary || !metadata) return doc;
    return { ...doc, metadata: { ...metadata, isSummary } };
  }

  return {
    on: {
      text: (text) => void texts.push(text),
      table: async (table) => {
        const limit = { most: tokens, measure: countTokens };
        const parts = splitAtSeparator(table, "\n", limit);
        await emit(
          parts.map((content) => docOf({ content, isSummary: false }, true)),
        );
      },
    },
    async closing(): Promise<void> {
      const whole = texts.join("");
      if (whole.trim() === "") return;
      const base = promptText(questionFor("", tokens), { retry: true });
      const pieces = await fittingPieces(pipe, whole, { base, repeats: true });
      const documents: Doc[] = [];
      for (const piece of pieces) {
        const answer = await askLlm(pipe, questionFor(piece, tokens));
        documents.push(...readParts(answer).map((part) => docOf(part)));
      }
      await emit(documents);
    },
  };
}

function questionFor(piece: string, tokens: number): Question {
  const { instructions, ...prompt } = prompts.preprocessor_llm;
  const length = `Divide the context into parts of some ${tokens} tokens.`;
  return createQuestion({
    ...prompt,
    instructions: [
      { subtitle: "Length", instructions: length },
      ...instructions,
    ],
    context: [piece],
  });
}

function readParts(answer: unknown): readonly Part[] {
  const list = isRecord(answer) ? answer.chunks : answer;
  if (!Array.isArray(list) || !list.every(isRecord)) {
    throw new ExecutionException("The model did not answer a list of chunks");
  }
  return list.flatMap(({ content, summary }) => {
    if (typeof content !== "string" || content.trim() === "") return [];
    return [{ content: content.trim(), isSummary: summary === true }];
  });
}
