// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Stream a file that need not fit into memory: its stream is piped into the
 * pipeline, at the pace at which the engine takes it.
 *
 *     deno task example stream_a_large_file
 *
 * Runs on Deno.
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
const target = await pipe(session, task, {
  objinfo: { name: "large.csv" },
  mimeType: "text/csv",
});
const file = await Deno.open(new URL("files/large.csv", import.meta.url));
await file.readable.pipeTo(target);
console.log(await target.result);
