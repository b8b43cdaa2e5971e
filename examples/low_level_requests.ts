// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Commands that have no function of their own: build a request and send it,
 * do both at once, or let a refusal throw.
 *
 *     deno task example low_level_requests
 *
 * Runs on Deno, Bun; bundled for Node, browsers.
 *
 * @module
 */
import {
  buildRequest,
  call,
  connect,
  dapRequest,
  didFail,
  request,
  use,
} from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
await using task = await use(session, {
  filepath: new URL("pipelines/text.pipe.json", import.meta.url),
});

// Two steps.
const message = buildRequest("rrext_get_task_status", { token: task.token });
const status = await request(session, message, { timeout: 5_000 });
console.log("Two steps:", status.success);

// One step; a refusal is an answer.
const refused = await dapRequest(session, "rrext_no_such_command");
if (didFail(refused)) console.log("Refused:", refused.message);

// One step; a refusal throws, the body comes back.
const body = await call(session, "rrext_services", { service: "parse" });
console.log("Body:", Object.keys(body));
