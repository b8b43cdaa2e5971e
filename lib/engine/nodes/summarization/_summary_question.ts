import {
  createQuestion,
  type Question,
  type QuestionInstruction,
} from "../../../../schema/question.ts";
import type { SummaryLimits } from "./summary_limits.ts";

/** Ask for the summary of a piece of a document. */
export function summaryQuestion(
  piece: string,
  limits: SummaryLimits,
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

function parts(limits: SummaryLimits): readonly QuestionInstruction[] {
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
