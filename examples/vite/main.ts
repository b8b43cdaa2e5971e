/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * A page for Vite: the documents that somebody chooses go through a pipeline of
 * an engine in the page.
 *
 *     npm create vite@latest my-page -- --template vanilla-ts
 *     cd my-page && npm install @rocketride/streams
 *     # replace index.html and add main.ts beside it
 *     npx vite
 *
 * Against a real engine, connect with a public key of a task that your server
 * has started: a page can keep no secret.
 *
 * @module
 */
import { connect, sendEach, texts, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

const session = await connect({ transport: createEngine().transport() });
const task = await use(session, {
  pipeline: {
    source: "in",
    components: [
      { id: "in", provider: "webhook", config: {} },
      {
        id: "parse",
        provider: "parse",
        config: {},
        input: [{ lane: "tags", from: "in" }],
      },
      {
        id: "out",
        provider: "response_text",
        config: {},
        input: [{ lane: "text", from: "parse" }],
      },
    ],
  },
});

const input = document.querySelector("input")!;
const list = document.querySelector("ol")!;

function show(text: string): void {
  const item = document.createElement("li");
  item.textContent = text;
  list.append(item);
}

// One stream for all documents that are ever chosen.
const { readable, writable } = sendEach<File>(session, task);
const writer = writable.getWriter();
input.addEventListener("change", () => {
  for (const file of input.files ?? []) {
    writer.write(file).catch((error) => show(String(error)));
  }
});
const results = readable.getReader();
for (;;) {
  const { value, done } = await results.read();
  if (done) break;
  const { input: file, result, error } = value;
  const outcome = result
    ? `${texts(result).join("").length} characters`
    : String(error);
  show(`${file.name}: ${outcome}`);
}
