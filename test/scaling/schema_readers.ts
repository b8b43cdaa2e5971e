import { answerFromJson, createAnswer, getJson } from "../../schema/answer.ts";
import { docFromJson } from "../../schema/doc.ts";
import { getPrompt } from "../../schema/get_prompt.ts";
import { parseJson } from "../../schema/parse_json.ts";
import { parsePython } from "../../schema/parse_python.ts";
import {
  addContext,
  addInstruction,
  addQuestion,
  createQuestion,
} from "../../schema/question.ts";
import { parseRelaxedJson } from "../../schema/relaxed_json.ts";
import { questionFromJson } from "../../schema/question_from_json.ts";
import { jsonList, type TextReader } from "./text_reader.ts";

/** What breaks readers of JSON, and of what models write. */
export const JSON_PIECES: readonly string[] = [
  "{",
  '{"a":',
  '{"a":1,',
  "[1,",
  "[[],",
  '"\\u00',
  '["\\"',
  "{'a':'",
  "{a:",
  "// a\n",
  "/*",
  "<think>",
  "</think>",
  "<think></think>",
  "```",
  "```json\n",
  "```json\n{\n```\n",
  "[0, 1) ",
  '{"a" ',
  "{}",
  "{]",
  "True,",
  "e+1",
];

export const SCHEMA_READERS: readonly TextReader[] = [
  {
    covers: [
      "schema/parse_json.ts#parseJson",
      "schema/_find_json.ts#findJson",
    ],
    read: parseJson,
    common: false,
    pieces: ["a", ...JSON_PIECES],
    texts: {
      "brackets in brackets": (size) =>
        "[".repeat(size / 2) + "]".repeat(size / 2),
      "broken objects": (size) => '{"a": [1, 2], b c} '.repeat(size / 19),
      "a broken value with good ones in it": (size) =>
        `{"a" ${jsonList(size, (at) => ({ at }))}`,
    },
  },
  {
    covers: ["schema/answer.ts#createAnswer", "schema/answer.ts#getJson"],
    read: (text) => [getJson(text), createAnswer(text, true)],
    pieces: ["[1] ", "{'a': 1}"],
    common: false,
  },
  {
    covers: ["schema/parse_python.ts#parsePython"],
    read: parsePython,
    pieces: [
      "```",
      "```py",
      "```python\n",
      "<think>",
      "</think>",
      "```python\n\t ```",
      "\t```a\n",
    ],
  },
  {
    covers: [
      "schema/get_prompt.ts#getPrompt",
      "schema/_prompt_of_1_1.ts#promptOf11",
    ],
    read: (text) => {
      const question = addContext(addQuestion(createQuestion(), text), text);
      return (["1.0", "1.1", "1.5"] as const).map((layout) =>
        getPrompt(addInstruction(question, "", text), { layout })
      );
    },
    pieces: ["\r\n", " ", "\t", "\t\n", " x\n"],
  },
  {
    covers: [
      "schema/relaxed_json.ts#parseRelaxedJson",
      "schema/relaxed_json.ts#RelaxedReader",
    ],
    read: parseRelaxedJson,
    common: false,
    pieces: JSON_PIECES,
  },
  {
    covers: [
      "schema/answer.ts#answerFromJson",
      "schema/doc.ts#docFromJson",
      "schema/question_from_json.ts#questionFromJson",
    ],
    read: (text) => {
      for (const read of [answerFromJson, docFromJson, questionFromJson]) {
        try {
          read(text);
        } catch {
          // Most texts are none of these.
        }
      }
    },
    pieces: JSON_PIECES,
    texts: {
      "a question with many parts": (size) =>
        `{"questions":${jsonList(size / 2, () => ({ text: "a" }))},` +
        `"history":${jsonList(size / 2, () => ({ role: "a", content: "b" }))}}`,
    },
  },
];
