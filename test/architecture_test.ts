import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { checkArchitecture, filesAreShort } from "./support/architecture.ts";
import { importGraph } from "./support/import_graph.ts";
import { readTree } from "./support/read_tree.ts";

const SHIPPED = ["mod.ts", "lib", "schema"];

Deno.test("the shipped modules keep to the architecture", async () => {
  const graph = importGraph(await readTree(SHIPPED), config.exports);
  assert(graph.files.size > 0 && graph.edges.length > 0);
  assertEquals(checkArchitecture(graph), []);
});

Deno.test("no benchmark or example is longer than 400 lines", async () => {
  const files = await readTree(["bench", "examples"]);
  assertEquals(filesAreShort({ files }), []);
});
