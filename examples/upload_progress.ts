// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Progress of uploads, as events and as a stream.
 *
 *     deno task example upload_progress
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import {
  connect,
  isEventOf,
  sendFiles,
  uploadFiles,
  use,
} from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
  onEvent(event): void {
    if (!isEventOf(event, "apaevt_status_upload")) return;
    const { action, filepath, bytes_sent = 0, file_size } = event.body;
    if (action !== "write") return;
    const percent = file_size ? (bytes_sent / file_size) * 100 : 0;
    console.log(`${filepath}: ${percent.toFixed(1)}%`);
  },
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});

// To the session's onEvent.
await sendFiles(session, task, [new File(["Some text"], "one.txt")]);

// As a stream of its own.
const files = [new File(["More text"], "two.txt")];
for await (const { action, filepath } of uploadFiles(session, task, files)) {
  console.log(action, filepath);
}
