/**
 * A program that leaves a task running, a pipe open and a subscription in
 * place, and has nothing more to do. It must end by itself.
 */
import { createEngine } from "../../lib/engine/engine.ts";
import { dataPort } from "./engine_rig.ts";
import { rawInProcess } from "./raw_client.ts";
import { chain, collector, entry } from "./test_nodes.ts";

const engine = createEngine({ nodes: [entry(), collector()] });
const client = rawInProcess(engine);
await client.ok("auth", { auth: "key" });
const pipeline = chain("text", "a=entry", "b=response_all");
const { token } = await client.ok("execute", { pipeline });
await client.ok("rrext_monitor", { token, types: ["ALL"] });
const port = dataPort(client, token);
await port.send("text/plain", "x");
await port.open();
