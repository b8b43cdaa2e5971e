// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The lines of a document, each through a pipeline, with the results in order.
 *
 *     deno task example send_rows
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, sendEach, use } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});

/** Cuts text into its lines. */
function lines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller): void {
      const whole = (rest + chunk).split("\n");
      rest = whole.pop()!;
      for (const line of whole) if (line !== "") controller.enqueue(line);
    },
    flush(controller): void {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}

const document = await fetch("data:text/csv,1;Ada%0A2;Grace%0A3;Barbara%0A");
await document.body!
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(lines())
  .pipeThrough(sendEach(session, task, { mimeType: "text/csv" }))
  .pipeTo(
    new WritableStream({
      write({ input, result, error }): void {
        if (error) console.error(`${input} failed:`, error);
        else console.log(input, "→", result?.text);
      },
    }),
  );
