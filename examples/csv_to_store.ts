// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The rows of a CSV file, each through a pipeline; what comes back is written
 * to a file of the engine's store. However long the file is, some rows at a time
 * are on their way.
 *
 *     deno task example csv_to_store
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, sendEach, texts, use } from "@rocketride/streams";
import { readText, writeFile } from "@rocketride/streams/store";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});

/** Cuts text into its lines, and leaves out the header. */
function rows(): TransformStream<string, string> {
  let rest = "";
  let isHeader = true;
  return new TransformStream({
    transform(chunk, controller): void {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (isHeader && lines.length > 0) {
        lines.shift();
        isHeader = false;
      }
      for (const line of lines) controller.enqueue(line);
    },
    flush(controller): void {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}

const encoder = new TextEncoder();
const path = "reports/rows.txt";
const file = await fetch("data:text/csv,id,name%0A1,Ada%0A2,Grace%0A");
await file.body!
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(rows())
  .pipeThrough(sendEach(session, task, { mimeType: "text/csv" }))
  .pipeThrough(
    new TransformStream({
      transform({ input, result, error }, controller): void {
        if (result) controller.enqueue(encoder.encode(texts(result).join("")));
        else console.error(`${input} failed:`, error);
      },
    }),
  )
  .pipeTo(await writeFile(session, path));
console.log(await readText(session, path));
