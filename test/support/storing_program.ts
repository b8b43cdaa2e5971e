// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Serves an engine that keeps its files in a directory, the argument; prints
 * the address, and stops at the end of its input. It must then end by itself.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import {
  createEngine,
  directoryStore,
  serveEngine,
} from "@rocketride/streams/engine";

const store = directoryStore(process.argv[2] ?? "");
const engine = createEngine({ auth: ["secret"], store });
const server = await serveEngine(engine);
console.log(server.uri);
process.stdin.on("end", async () => {
  await server.close();
  await engine.close();
});
process.stdin.resume();
