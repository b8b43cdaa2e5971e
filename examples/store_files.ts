// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Keep a fetch body in the engine's store, read a part of it, pack it on the
 * way from one file to another, and keep a pipeline as a project.
 *
 *     deno task example store_files
 *
 * Runs on Deno, Bun; bundled for Node, Workers, browsers.
 *
 * @module
 */
import { connect } from "@rocketride/streams";
import {
  getProject,
  list,
  readFile,
  readText,
  remove,
  saveProject,
  stat,
  writeFile,
} from "@rocketride/streams/store";
import pipeline from "./pipelines/text.pipe.json" with { type: "json" };

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});

const body = (await fetch("https://example.com/large.csv")).body!;
await body.pipeTo(await writeFile(session, "reports/large.csv"));
const part = await readText(session, "reports/large.csv", { length: 7 });
console.log("Begins with:", part);

const source = await readFile(session, "reports/large.csv");
await source
  .pipeThrough(new CompressionStream("gzip"))
  .pipeTo(await writeFile(session, "reports/large.csv.gz"));
for (const { name, size } of await list(session, "reports")) {
  console.log(`${name}: ${size} bytes`);
}

await saveProject(session, "text", pipeline);
const { pipeline: kept } = await getProject(session, "text");
console.log(`Project of ${kept.components.length} components`);

await remove(session, "reports", { recursive: true });
console.log("Left:", await stat(session, "reports"));
