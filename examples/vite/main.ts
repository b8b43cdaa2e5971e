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
 * Runs in browsers.
 *
 * @module
 */
import { connect, sendEach, texts, use } from "@rocketride/streams";
import { createEngine } from "@rocketride/streams/engine";

const pipeline = {
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
};

const input = document.querySelector("input")!;
const list = document.querySelector("ol")!;

function show(text: string): void {
  const item = document.createElement("li");
  item.textContent = text;
  list.append(item);
}

/** Start the pipeline: one stream for all documents that are ever chosen. */
async function start(): Promise<TransformPair> {
  const session = await connect({ transport: createEngine().transport() });
  const task = await use(session, { pipeline });
  return sendEach<File>(session, task);
}

type TransformPair = ReturnType<typeof sendEach<File>>;

// Documents may be chosen while the pipeline is starting.
const chosen = new TransformStream<File, File>();
const writer = chosen.writable.getWriter();
input.addEventListener("change", () => {
  for (const file of input.files ?? []) {
    writer.write(file).catch((error) => show(String(error)));
  }
});
const results = chosen.readable.pipeThrough(await start()).getReader();
for (;;) {
  const { value, done } = await results.read();
  if (done) break;
  const { input: file, result, error } = value;
  const outcome = result
    ? `${texts(result).join("").length} characters`
    : String(error);
  show(`${file.name}: ${outcome}`);
}
