// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Pipe the body of a fetch into a pipeline, and print its result.
 *
 *     deno task example pipe_a_fetch_body
 *
 * Runs on Deno, Bun; bundled for Node, Workers, browsers.
 *
 * @module
 */
import { connect, pipe, use } from "@rocketride/streams";
import pipeline from "./pipelines/text.pipe.json" with { type: "json" };

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, { pipeline });
const body = (await fetch("https://example.com/large.csv")).body!;
const target = await pipe(session, task, {
  objinfo: { name: "large.csv" },
  mimeType: "text/csv",
});
await body.pipeTo(target);
console.log(await target.result);
