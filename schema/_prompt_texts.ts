import type { QuestionInstruction } from "./question.ts";

/** What opens and closes a block of code. */
export const FENCE = "```";

/** The instruction to a model if JSON is expected. */
export const JSON_FORMAT: QuestionInstruction = {
  subtitle: "JSON Response Format",
  instructions: [
    "- Reply with JSON only.",
    "- Escape quotes inside strings.",
    "- Write nothing besides the JSON.",
    "- The JSON must be strictly valid.",
    "- Check it before you answer.",
    `- Put it into a ${FENCE}json block.`,
  ].join(`\n${" ".repeat(20)}`),
};

/** The instruction if its last reply was not JSON. */
export const CRITICAL: QuestionInstruction = {
  subtitle: "CRITICAL",
  instructions: [
    "- The last reply was not valid JSON.",
    "- Look at it again, and make it complete and standard-conforming.",
  ].join(`\n${" ".repeat(20)}`),
};
