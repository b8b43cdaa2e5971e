import { CRITICAL, FENCE, JSON_FORMAT } from "./_prompt_texts.ts";
import type {
  Question,
  QuestionExample,
  QuestionInstruction,
} from "./question.ts";

const EOL = "\r\n";
const INDENT = "    ";
const DEEP = INDENT + INDENT;
/** Everything that ends a line in Python. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const LINE_END = /\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]/;

/**
 * A question as a prompt in the layout of 1.1 engines: sections
 * that end in an empty line, what is asked last, nothing for nothing.
 *
 * @param indented Whether instructions keep their indentation, as from 1.5 on.
 */
export function promptOf11(
  question: Question,
  retry: boolean,
  indented: boolean,
): string {
  const { context, documents, goals, history, questions, role } = question;
  const expectJson = question.expectJson === true;
  const instructions = [
    ...(expectJson ? [JSON_FORMAT] : []),
    ...(expectJson && retry ? [CRITICAL] : []),
    ...question.instructions,
  ];
  const sections = [
    role ? [role, ""] : [],
    section(
      "System Instructions",
      instructions.flatMap((it, at) => instructionLines(it, at + 1, indented)),
    ),
    section("Examples", [
      ...question.examples.flatMap((it, at) =>
        exampleLines(it, at + 1, expectJson)
      ),
      "",
    ]),
    section("Conversation History", [
      ...history.map((turn) => `${INDENT}${turn.role}: ${turn.content}`),
      "",
    ]),
    section("Context", [
      ...context.flatMap((fact, at) => [
        `${INDENT}${at + 1}) ${fact.trim()}`,
        "",
      ]),
      "",
    ]),
    section("Documents", [
      ...documents.map((doc, at) =>
        `${INDENT}Document ${at + 1}) Content: ${
          (doc.page_content ?? "").trim()
        }`
      ),
      "",
    ]),
    section("Ultimate Goal", [
      ...goals.map((goal, at) => `${INDENT}${at + 1}) ${goal.trim()}`),
      "",
    ]),
    section("Current Task", [
      ...questions.map(({ text }) => INDENT + text),
      "",
    ]),
  ].filter((lines) => lines.length > 0);
  return sections.map((lines) => lines.join(EOL) + EOL).join("");
}

/** A section with its heading; none where nothing but its end is there. */
function section(title: string, lines: readonly string[]): readonly string[] {
  const empty = lines.every((line) => line === "");
  return empty ? [] : [`### ${title}:`, ...lines];
}

function instructionLines(
  { subtitle, instructions }: QuestionInstruction,
  number: number,
  indented: boolean,
): readonly string[] {
  const lines = instructions.split(LINE_END)
    .filter((line) => line.trim() !== "");
  const common = indented ? commonIndent(lines) : 0;
  const body = lines.map((line) =>
    indented ? line.slice(common).trimEnd() : line.trim()
  );
  return [
    `${INDENT}${number}) **${subtitle.trim()}**:`,
    ...body.map((line) => DEEP + line),
    "",
  ];
}

/** How many spaces and tabs all lines begin with in common. */
function commonIndent(lines: readonly string[]): number {
  const indents = lines.map((line) => /^[ \t]*/.exec(line)![0]);
  const [first = ""] = indents;
  let length = first.length;
  for (const indent of indents) {
    let same = 0;
    while (same < length && indent[same] === first[same]) same++;
    length = same;
  }
  return length;
}

function exampleLines(
  { given, result }: QuestionExample,
  number: number,
  fenced: boolean,
): readonly string[] {
  const expected = `${DEEP}**Expected output**: `;
  return [
    `${INDENT}Example ${number}`,
    `${DEEP}**Given**: ${given.trim()}`,
    ...(fenced
      ? [`${expected}${FENCE}json`, result.trim(), FENCE]
      : [expected + result.trim()]),
  ];
}
