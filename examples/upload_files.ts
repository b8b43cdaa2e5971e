// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Upload files by path, with metadata for one of them, then watch the task
 * until everything is processed.
 *
 *     deno task example upload_files
 *
 * Runs on Deno, Bun; bundled for Node.
 *
 * @module
 */
import {
  connect,
  sendFiles,
  setEvents,
  use,
  watchTask,
} from "@rocketride/streams";

const folder = new URL("files/", import.meta.url);

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/document.pipe.json", import.meta.url),
});
await setEvents(session, task, [
  "apaevt_status_upload",
  "apaevt_status_processing",
]);
const uploads = await sendFiles(session, task, [
  new URL("doc1.md", folder),
  new URL("doc2.md", folder),
  [new URL("doc3.json", folder), { tag: "export" }, "application/json"],
]);
for (const { action, filepath, error } of uploads) {
  if (action === "complete") console.log("OK", filepath);
  else console.log("Failed", filepath, error);
}
// Where others poll, the task's status is a stream.
for await (const status of watchTask(session, task)) {
  const { completed, completedCount, totalCount } = status;
  console.log(`Progress: ${completedCount}/${totalCount}`);
  if (completed || totalCount === uploads.length) break;
}
