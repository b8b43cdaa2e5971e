import { assertEquals, assertThrows } from "@std/assert";
import { importGraph } from "../support/import_graph.ts";
import { planChunks } from "./plan_chunks.ts";

const EXPORTS = {
  ".": "./mod.ts",
  "./schema": "./schema/mod.ts",
  "./engine": "./lib/engine/mod.ts",
};

const FILES = {
  "mod.ts": `
export { connect, close } from "./lib/session.ts";
export { use } from "./lib/use.ts";
export { pipe } from "./lib/pipe.ts";
export { send } from "./lib/send.ts";
export { events } from "./lib/events.ts";
export { isTask } from "./schema/task.ts";
export { ping } from "./lib/ping.ts";`,
  "schema/mod.ts": `export { isTask } from "./task.ts";`,
  "schema/task.ts": `import type { Never } from "../lib/never.ts";`,
  "lib/session.ts": `import "./shared.ts";`,
  "lib/shared.ts": `import "../schema/task.ts";`,
  "lib/use.ts": `
import "./session.ts";
const subscribe = () => import("./subscribe.ts");
const disk = () => import("./disk.ts");`,
  "lib/pipe.ts": `import "./session.ts"; import "./writer.ts";`,
  "lib/send.ts": `import "./session.ts"; import "./writer.ts";`,
  "lib/writer.ts": ``,
  "lib/subscribe.ts": `import "./table.ts"; import "./shared.ts";`,
  "lib/table.ts": ``,
  "lib/disk.ts": `import "./shared.ts";`,
  "lib/events.ts": `import "./subscribe.ts"; import "./session.ts";`,
  "lib/ping.ts": `import "./session.ts";`,
  "lib/never.ts": ``,
  "lib/engine/mod.ts": `import "../shared.ts"; import "./node.ts";`,
  "lib/engine/node.ts": ``,
};

function plan(files: Readonly<Record<string, string>>): unknown {
  const { edges } = importGraph(new Map(Object.entries(files)), EXPORTS);
  return planChunks(edges, EXPORTS, files["mod.ts"] ?? "");
}

Deno.test("planChunks() keeps what is loaded late apart from the rest", () => {
  assertEquals(plan(FILES), {
    schema: ["schema/task.ts"],
    // What the engine has of it, too.
    base: ["lib/shared.ts"],
    client: [
      "lib/ping.ts",
      "lib/send.ts",
      "lib/session.ts",
      "lib/use.ts",
      "lib/writer.ts",
    ],
    pipe: ["lib/pipe.ts"],
    subscribe: ["lib/subscribe.ts", "lib/table.ts"],
    rest: ["lib/events.ts"],
  });
});

Deno.test("planChunks() leaves what a common function needs at once in the client", () => {
  const early = {
    ...FILES,
    "lib/send.ts": `import "./session.ts"; import "./table.ts";`,
  };
  const { client, subscribe } = plan(early) as Record<string, string[]>;
  assertEquals(client!.includes("lib/table.ts"), true);
  assertEquals(subscribe, ["lib/subscribe.ts"]);
});

Deno.test("planChunks() refuses a root entry that lacks a common function", () => {
  const error = assertThrows(() => plan({ ...FILES, "mod.ts": "" }), Error);
  assertEquals(error.message, "The root entry has no connect()");
});
