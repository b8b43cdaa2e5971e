// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * The engine under load, in a process of its own. Prints its port and that of
 * a way to it that can fail, and serves until it is killed. `/counts` tells
 * what it has; `/reset` and `/silence` spoil the connections that came on the
 * second port.
 *
 * @module
 */
import { chaosProxy } from "../support/chaos_proxy.ts";
import { loadedEngine } from "./loaded_engine.ts";
import { countTimers } from "./process_counts.ts";

countTimers();
const { engine, counts } = await loadedEngine();
const server = Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen(): void {},
}, async (request, info) => {
  switch (new URL(request.url).pathname) {
    case "/counts":
      return Response.json(await counts());
    case "/reset":
      proxy.strike("reset");
      return new Response();
    case "/silence":
      proxy.strike("silence");
      return new Response();
    default:
      return await engine.fetch(request, info);
  }
});
const proxy = await chaosProxy(server.addr.port);
console.log(server.addr.port);
console.log(proxy.port);
