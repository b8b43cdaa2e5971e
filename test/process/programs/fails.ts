/** Does not care for a failure; it is told the engine. */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import { connect, events, use } from "@rocketride/streams";
import { TEXT } from "../../support/pipelines.ts";

const [uri = ""] = process.argv.slice(2);
const session = await connect({
  uri,
  auth: "top-secret",
  env: {},
  persist: true,
});
const { token } = await use(session, { pipeline: TEXT });
await events(session, token, { types: ["task"] });
await use(session, { pipeline: { source: "nobody", components: [] } });
