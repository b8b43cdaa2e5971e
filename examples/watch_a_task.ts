// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Watch a task as a stream of statuses while data goes in; the loop ends by
 * itself when the task does.
 *
 *     deno task example watch_a_task
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import { connect, send, terminate, use, watchTask } from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
const task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});

/** Send a text, and end the task. */
async function work(): Promise<void> {
  await send(session, task, "Some text");
  await terminate(session, task);
}

let working: Promise<void> | undefined;
for await (const status of watchTask(session, task)) {
  console.log(`State ${status.state}: ${status.completedCount} done`);
  // Begins once the watch has begun, so that no state is missed.
  working ??= work();
}
await working;
