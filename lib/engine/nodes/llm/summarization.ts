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
import { askLlm, fittingPieces } from "./ask_llm.ts";
import prompts from "./prompts.json" with { type: "json" };

/** The gist, the key points and the entities of a piece of a document. */
type Summary = readonly (readonly string[])[];

/** What a summary is made of. */
interface Limits {
  /** How many pieces of the text are summarised, from its beginning. */
  readonly pieces: number;
  /** Words of the gist, words of a key point, entities; 0 leaves one out. */
  readonly most: readonly [number, number, number];
}

/**
 * Start `summarization`: its LLM sums up the text of an object, with key
 * points and entities.
 *
 * The text is gathered until the object is complete, then cut into pieces
 * that the LLM can hold, of which the first few are summed up one after the
 * other. The results become one text with three headings, and up to three
 * documents a piece, on the lanes that are connected. Blank text is not summed
 * up.
 */
export function startSummarization(context: TaskContext): NodeTask {
  const read = configReader(context);
  const limits: Limits = {
    pieces: read.number("numberOfSummaries", 2, { min: 1 }),
    most: [
      read.number("numberOfSummaryWords", 1_500, { min: 0 }),
      read.number("numberOfKeyPointWords", 250, { min: 0 }),
      read.number("numberOfEntities", 25, { min: 0 }),
    ],
  };
  return { instance: (pipe) => instance(pipe, limits, context.id) };
}

function instance(
  pipe: PipeContext,
  limits: Limits,
  signature: string,
): NodeInstance {
  const texts: string[] = [];
  return {
    on: { text: (text) => void texts.push(text) },
    async closing(): Promise<void> {
      const whole = texts.join("");
      if (whole.trim() === "") return;
      const base = promptText(questionFor("", limits), { retry: true });
      const pieces = await fittingPieces(pipe, whole, { base });
      const summaries: Summary[] = [];
      for (const piece of pieces.slice(0, limits.pieces)) {
        const answer = await askLlm(pipe, questionFor(piece, limits));
        summaries.push(readSummary(answer, limits));
      }
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

function questionFor(piece: string, { most }: Limits): Question {
  const { instructions, ...prompt } = prompts.summarization;
  const parts = prompts.summary_parts.filter((_, at) => most[at]! > 0);
  const limits = most.filter((one) => one > 0);
  return createQuestion({
    ...prompt,
    instructions: [
      ...parts.map(({ subtitle, instructions, unit }, at) => ({
        subtitle,
        instructions: `${instructions} At most ${limits[at]} ${unit}.`,
      })),
      ...instructions,
    ],
    examples: [{
      given: "A document",
      result: JSON.stringify(
        Object.fromEntries(parts.map((part) => [part.subtitle, part.example])),
      ),
    }],
    context: [piece],
  });
}

function readSummary(answer: unknown, { most }: Limits): Summary {
  if (!isRecord(answer)) {
    throw new ExecutionException("The model did not answer a summary");
  }
  const { summary, keyPoints, entities } = answer;
  return [
    most[0] > 0 ? textsOf([summary]) : [],
    most[1] > 0 ? textsOf(keyPoints) : [],
    textsOf(entities).slice(0, most[2]),
  ];
}

/** Models often give a point a title, and an entity a kind. */
function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((item) => {
    if (!isRecord(item)) return typeof item === "string" ? item.trim() : "";
    return Object.values(item).filter((part) => typeof part === "string")
      .join(": ");
  }).filter((text) => text !== "");
}

/** All summaries as one text. */
function summaryText(summaries: readonly Summary[]): string {
  const all = [0, 1, 2].map((part) => summaries.flatMap((one) => one[part]!));
  // RocketRide spells the first heading with three `m`.
  return blocks(all, "Summmary:", ["    ", "\n\n"], "   - ")
    .map((block) => `${block}\n\n`).join("");
}

/** A summary as the texts of up to three documents. */
function summaryParts(one: Summary): readonly string[] {
  return blocks(one, "Summary:", ["", "\n"], "- ");
}

/** Each part that is not empty below its heading. */
function blocks(
  [gist = [], keyPoints = [], entities = []]: Summary,
  heading: string,
  [before, after]: readonly [string, string],
  bullet: string,
): readonly string[] {
  const listed = (items: readonly string[]): readonly string[] =>
    items.map((item) => `${bullet}${item}\n`);
  const parts: [string, readonly string[]][] = [
    [heading, gist.map((text) => before + text + after)],
    ["Key Points:", listed(keyPoints)],
    ["Entities:", listed(entities)],
  ];
  return parts.filter(([, lines]) => lines.length > 0)
    .map(([heading, lines]) => `${heading}\n${lines.join("")}`);
}
