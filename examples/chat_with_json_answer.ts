// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Ask a question with instructions and an example, and read the JSON out of
 * the model's answer.
 *
 *     deno task example chat_with_json_answer
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import {
  addExample,
  addInstruction,
  addQuestion,
  chat,
  connect,
  createQuestion,
  firstAnswer,
  getJson,
  use,
} from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/chat.pipe.json", import.meta.url),
});
let question = createQuestion({ expectJson: true });
question = addInstruction(
  question,
  "Format",
  "Return a JSON object with keys: summary, keywords.",
);
question = addExample(question, "Summarize X", {
  summary: "...",
  keywords: ["a", "b"],
});
question = addQuestion(
  question,
  "Summarize the main points and list keywords.",
);
const result = await chat(session, task, question);
console.log(getJson(firstAnswer(result) ?? null));
