// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Files in every form: paths, `File` objects, streams, with metadata and media
 * types.
 *
 *     deno task example send_files_with_metadata
 *
 * Runs on Deno, Bun; bundled for Node.
 *
 * @module
 */
import { connect, sendFiles, use } from "@rocketride/streams";

const folder = new URL("files/", import.meta.url);

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/document.pipe.json", import.meta.url),
});
const uploads = await sendFiles(session, task, [
  [new URL("report.html", folder), { department: "finance" }],
  [new URL("large.csv", folder), { type: "quarterly" }, "text/csv"],
  { file: new File(["From a form"], "note.txt"), mimeType: "text/plain" },
  { name: "made.txt", stream: () => new Blob(["Made here"]).stream() },
]);
for (const { action, filepath, upload_time, error } of uploads) {
  if (action === "complete") {
    console.log(`Uploaded ${filepath} in ${upload_time.toFixed(2)} s`);
  } else console.log(`Failed ${filepath}: ${error}`);
}
