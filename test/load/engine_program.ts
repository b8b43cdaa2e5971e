// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The engine under load, in a process of its own. Prints its port, tells at
 * `/counts` what it has, and serves until it is killed.
 *
 * @module
 */
import { loadedEngine } from "./loaded_engine.ts";
import { countTimers } from "./process_counts.ts";

countTimers();
const { engine, counts } = await loadedEngine();
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request, info) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/counts") return Response.json(await counts());
  return await engine.fetch(request, info);
});
