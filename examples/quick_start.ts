// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Connect, start a pipeline from a file, send one string, print the result.
 *
 *     deno task example quick_start
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, send, use } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});
const result = await send(session, task, "Hello, pipeline!", {
  objinfo: { name: "input.txt" },
  mimeType: "text/plain",
});
console.log(result);
