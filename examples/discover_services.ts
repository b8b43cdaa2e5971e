// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Ask an engine what it can do, then talk to it in its own terms.
 *
 *     deno task example discover_services
 *
 * Runs on Deno, Bun; bundled for Node, Workers, browsers.
 *
 * @module
 */
import {
  buildRequest,
  connect,
  didFail,
  getService,
  getServices,
  request,
} from "@rocketride/streams";

await using session = await connect({
  uri: "https://cloud.rocketride.ai",
  auth: "my-key",
});
const services = await getServices(session);
console.log("Available:", Object.keys(services));
const parse = await getService(session, "parse");
if (parse) console.log("Lanes of parse:", parse.lanes);

const response = await request(session, buildRequest("rrext_ping"), {
  timeout: 5_000,
});
if (didFail(response)) throw new Error(response.message ?? "Ping failed");
console.log("Pong");
