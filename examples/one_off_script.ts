// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * A pipeline that is an object, wrapped as editors save it; data that is JSON;
 * the status of the task.
 *
 *     deno task example one_off_script
 *
 * Runs on Deno, Bun; bundled for Node, Workers, browsers.
 *
 * @module
 */
import { connect, getTaskStatus, send, use } from "@rocketride/streams";
import pipeline from "./pipelines/text.pipe.json" with { type: "json" };

await using session = await connect({
  uri: "wss://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, { pipeline: { pipeline } });
await send(session, task, '{"data": 1}');
const status = await getTaskStatus(session, task);
console.log(status.name, status.completedCount);
