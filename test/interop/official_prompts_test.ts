import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { getPrompt } from "../../schema/get_prompt.ts";
import type { Question } from "../../schema/question.ts";
import {
  hasPython,
  installPython,
  runPython,
} from "../support/python_packages.ts";
import { tempFolder } from "../support/temp_folder.ts";

/** Each layout, and the client whose prompts have it. */
const VERSIONS = { "1.1": "1.1.1", "1.5": "1.5.0" } as const;
const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

const text = fc.stringMatching(/^[\w .,;:'"()\t\r\n-]{1,30}$/)
  .filter((it) => it.trim() !== "");

function few<T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(item, { maxLength: 3 });
}

const question = fc.record({
  type: fc.constant("question"),
  // The fixed texts about JSON are our own.
  expectJson: fc.constant(false),
  role: fc.oneof(fc.constant(""), text),
  instructions: few(fc.record({ subtitle: text, instructions: text })),
  history: few(fc.record({ role: text, content: text })),
  examples: few(fc.record({ given: text, result: text })),
  context: few(text),
  goals: few(text),
  documents: few(
    fc.record({ type: fc.constant("Document"), page_content: text }),
  ),
  questions: few(fc.record({ text })),
  filter: fc.constant(null),
}) satisfies fc.Arbitrary<Question>;

for (const layout of ["1.1", "1.5"] as const) {
  const version = VERSIONS[layout];
  Deno.test({
    name: `prompts in the layout of ${layout} are those of the official ` +
      `Python client ${version}${missing}`,
    ignore: !python,
    async fn(): Promise<void> {
      const questions = fc.sample(question, 200);
      await using folder = await tempFolder();
      const path = `${folder.path}/questions.json`;
      await Deno.writeTextFile(path, JSON.stringify(questions));
      const packages = await installPython(`rocketride==${version}`);
      const program = `${import.meta.dirname}/official_prompts.py`;
      const prompts = JSON.parse(await runPython(packages, [program, path]));
      questions.forEach((question, at) => {
        assertEquals(getPrompt(question, { layout }), prompts[at]);
      });
    },
  });
}
