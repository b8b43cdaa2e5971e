import { isRecord } from "../../../../schema/json.ts";
import {
  createQuestion,
  type Question,
  type QuestionInstruction,
} from "../../../../schema/question.ts";
import { ExecutionException } from "../../../errors.ts";
import type { NodeTask, PipeContext, TaskContext } from "../../node.ts";
import { configReader } from "../config_reader.ts";
import { objectDoc } from "../object_doc.ts";
import { promptText } from "../prompt_text.ts";
import { askLlm, fittingPieces } from "./ask_llm.ts";

/** What a summary is made of; 0 leaves a part out. */
interface Limits {
  /** How many pieces of the text are summarised, from its beginning. */
  readonly pieces: number;
  readonly summaryWords: number;
  readonly keyPointWords: number;
  readonly entities: number;
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
    summaryWords: read.number("numberOfSummaryWords", 1_500, { min: 0 }),
    keyPointWords: read.number("numberOfKeyPointWords", 250, { min: 0 }),
    entities: read.number("numberOfEntities", 25, { min: 0 }),
  };
  const { id: signature } = context;

  function instance(pipe: PipeContext): ReturnType<NodeTask["instance"]> {
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

  return { instance };
}

async function summed(
  pipe: PipeContext,
  text: string,
  limits: Limits,
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

/** Ask for the summary of a piece of a document. */
function summaryQuestion(
  piece: string,
  limits: Limits,
): Question {
  return createQuestion({
    expectJson: true,
    role: "You sum documents up for people who will not read them.",
    instructions: [
      ...parts(limits),
      {
        subtitle: "Manner",
        instructions: "Keep to what the document says, in a neutral tone and " +
          "in the document's language. Leave details out before you leave " +
          "out what matters.",
      },
    ],
    examples: [{
      given: "A document",
      result: JSON.stringify({
        ...(limits.summaryWords > 0 && { summary: "What it says." }),
        ...(limits.keyPointWords > 0 && { keyPoints: ["One", "Another"] }),
        ...(limits.entities > 0 && { entities: ["A person", "A place"] }),
      }),
    }],
    context: [piece],
    questions: [{ text: "What does the context say?" }],
  });
}

function parts(limits: Limits): readonly QuestionInstruction[] {
  const { summaryWords, keyPointWords, entities } = limits;
  return [
    {
      wanted: summaryWords,
      subtitle: "summary",
      instructions: `The gist in at most ${summaryWords} words.`,
    },
    {
      wanted: keyPointWords,
      subtitle: "keyPoints",
      instructions:
        "The insights that matter most, as a list of texts of at most " +
        `${keyPointWords} words each.`,
    },
    {
      wanted: entities,
      subtitle: "entities",
      instructions: "The people, organisations, products, places, events " +
        `and dates that it is about, at most ${entities}, as a list of texts.`,
    },
  ].filter(({ wanted }) => wanted > 0)
    .map(({ subtitle, instructions }) => ({ subtitle, instructions }));
}

/** What a piece of a document says; parts that are not wanted are empty. */
interface Summary {
  /** The gist. */
  readonly summary: string;
  /** What matters most. */
  readonly keyPoints: readonly string[];
  /** Whom and what it is about. */
  readonly entities: readonly string[];
}

/**
 * Read what a model answered.
 *
 * @throws {ExecutionException} It is no object.
 */
function readSummary(answer: unknown, limits: Limits): Summary {
  if (!isRecord(answer)) {
    throw new ExecutionException("The model did not answer a summary");
  }
  const { summary, keyPoints, entities } = answer;
  const { summaryWords, keyPointWords, entities: most } = limits;
  return {
    summary: summaryWords > 0 && typeof summary === "string"
      ? summary.trim()
      : "",
    keyPoints: keyPointWords > 0 ? texts(keyPoints) : [],
    entities: texts(entities).slice(0, most),
  };
}

/** Models like to give a point a title, and an entity a kind. */
function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((item) => {
    if (!isRecord(item)) return typeof item === "string" ? item.trim() : "";
    return Object.values(item).filter((part) => typeof part === "string")
      .join(": ");
  }).filter((text) => text !== "");
}

/** All summaries as the one text that goes on. */
function summaryText(summaries: readonly Summary[]): string {
  const blocks: readonly (readonly [string, string])[] = [
    // Spelt as RocketRide does, for whoever looks for the heading.
    [
      "Summmary:",
      summaries.filter(({ summary }) => summary !== "")
        .map(({ summary }) => `    ${summary}\n\n`).join(""),
    ],
    ["Key Points:", listed(summaries.flatMap((one) => one.keyPoints))],
    ["Entities:", listed(summaries.flatMap((one) => one.entities))],
  ];
  return blocks.filter(([, text]) => text !== "")
    .map(([heading, text]) => `${heading}\n${text}\n\n`).join("");
}

/** A summary as the texts of up to three documents. */
function summaryParts(one: Summary): readonly string[] {
  return [
    one.summary === "" ? "" : `Summary:\n${one.summary}\n`,
    headed("Key Points:", one.keyPoints),
    headed("Entities:", one.entities),
  ].filter((text) => text !== "");
}

function headed(heading: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  return `${heading}\n${items.map((item) => `- ${item}\n`).join("")}`;
}

function listed(items: readonly string[]): string {
  return items.map((item) => `   - ${item}\n`).join("");
}
