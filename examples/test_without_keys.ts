// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Run a pipeline that was made for OpenAI and Qdrant with neither: the
 * embedded engine keeps the documents, compares them by their words, and lets
 * a function answer in place of the model. This is how to test an app.
 *
 *     deno task example test_without_keys
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { chat, connect, firstAnswer, send, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

const filepath = new URL("pipelines/retrieval.pipe.json", import.meta.url);

await using engine = createEngine({
  embedding: "words",
  llm: ({ documents, questions }) =>
    `${questions[0]?.text} ${documents[0]?.page_content ?? "I do not know."}`,
});
await using session = await connect({ transport: engine.transport(), env: {} });

await using library = await use(session, { filepath, source: "webhook_1" });
const manual = "Oil the pump once a year.\n\nThe lamp takes two batteries.";
const stored = await send(session, library, manual, {
  objinfo: { name: "manual.txt" },
});
console.log("Stored:", stored.name, stored.result_types);

await using desk = await use(session, { filepath, source: "chat_1" });
const result = await chat(session, desk, "Which batteries?");
console.log("Answer:", firstAnswer(result));
