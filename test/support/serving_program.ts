// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Serves an engine on a port, prints the address, and stops at the end of its
 * input. It must then end by itself. Told `open`, it accepts every key.
 */
// deno-lint-ignore no-external-import -- what all three runtimes have
import process from "node:process";
import {
  createEngine,
  defineNode,
  serveEngine,
} from "@rocketride/streams/engine";

/** Answers a write with events of that many MiB. */
const flood = defineNode({
  provider: "flood",
  title: "Flood",
  description: "For tests",
  classType: ["other"],
  lanes: { text: [] },
  start: () => ({
    instance: (pipe) => ({
      on: {
        text(count): void {
          const data = { text: "x".repeat(1024 * 1024) };
          for (let sent = 0; sent < Number(count); sent++) {
            pipe.sse("flood", data);
          }
        },
      },
    }),
  }),
});

const engine = createEngine({
  ...(process.argv[2] === "open" ? {} : { auth: ["secret"] }),
  maxUnauthenticated: 2,
  nodes: [flood],
});
const server = await serveEngine(engine, {
  page: ({ url }) =>
    new URL(url).pathname === "/page" ? new Response("A page") : undefined,
});
console.log(server.uri);
process.stdin.on("end", async () => {
  await server.close();
  await engine.close();
});
process.stdin.resume();
