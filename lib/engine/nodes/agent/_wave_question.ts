import {
  completeQuestion,
  type Question,
} from "../../../../schema/question.ts";
import type { ToolDescription } from "../tool/tool.ts";

/** What an agent knows when it asks its model. */
export interface WaveState {
  /** What was asked of the agent. */
  readonly question: Question;
  /** Who the agent is. */
  readonly description: string;
  /** What the agent is told to do. */
  readonly instructions: readonly string[];
  /** What it may use. */
  readonly tools: readonly ToolDescription[];
  /** Keys of results, and what each is made of. */
  readonly results: ReadonlyMap<string, string>;
  /** What the model noted down in the wave before. */
  readonly scratch: string;
  /** What was wrong with its last reply; empty when nothing was. */
  readonly complaint: string;
}

const PLAN = "Work in waves. In each, reply with one JSON object: either " +
  '{"thought": why, "scratch": notes for yourself, "remove": [keys of ' +
  'results that you need no more], "tool_calls": [{"tool": name, "args": ' +
  '{…}}]} to use tools, all of them at once; or {"done": true, "answer": ' +
  "text} when you know enough.";

const MEMORY =
  "Results are kept under their keys, and of large ones you see only what " +
  "they are made of. Look into one with the tool memory.peek. To hand one on, " +
  "write {{memory.ref:key}} in an argument or in the answer; " +
  "{{memory.ref:key:format:path}} also names a format (markdown_table, " +
  "html_table, csv, json, text) and a JMESPath.";

/** What the model is asked in a wave. */
export function waveQuestion(state: WaveState): Question {
  const { tools, scratch, complaint } = state;
  const listed = tools.map(({ name, description, inputSchema }) =>
    `${name}: ${description} Arguments: ${JSON.stringify(inputSchema)}`
  );
  return ask(state, true, [
    { subtitle: "How to work", instructions: PLAN },
    { subtitle: "Results", instructions: MEMORY },
    { subtitle: "Tools", instructions: listed.join("\n") },
    ...(scratch === ""
      ? []
      : [{ subtitle: "Your notes", instructions: scratch }]),
    ...(complaint === ""
      ? []
      : [{ subtitle: "Mind", instructions: complaint }]),
  ]);
}

/** What the model is asked when there are no waves left. */
export function lastQuestion(state: WaveState): Question {
  return ask(state, false, [{
    subtitle: "Answer now",
    instructions: "No more tools can be used. Answer as well as the results " +
      "allow, in plain text, and say what is missing. " + MEMORY,
  }]);
}

function ask(
  { question, description, instructions, results }: WaveState,
  expectJson: boolean,
  ours: Question["instructions"],
): Question {
  const found = [...results].map(([key, made]) => `Result ${key}: ${made}`);
  return completeQuestion({
    ...question,
    expectJson,
    role: [description, question.role ?? ""].filter((text) => text !== "")
      .join("\n"),
    instructions: [
      ...ours,
      ...instructions.map((instructions) => ({
        subtitle: "Instruction",
        instructions,
      })),
      ...question.instructions,
    ],
    context: [...question.context, ...found],
  });
}
