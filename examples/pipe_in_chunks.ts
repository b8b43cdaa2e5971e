// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Write to a pipe by hand: data that arrives piece by piece.
 *
 *     deno task example pipe_in_chunks
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, pipe, use } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});
const target = await pipe(session, task, { mimeType: "text/csv" });
const writer = target.getWriter();
await writer.write("header1,header2\n");
await writer.write(new TextEncoder().encode("value1,value2\n"));
await writer.close();
console.log(await target.result);
