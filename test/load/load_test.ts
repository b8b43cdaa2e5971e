import { assert, assertEquals } from "@std/assert";
import { testServer } from "../support/test_server.ts";
import { holds } from "./figures.ts";
import { ITEMS } from "./items.ts";
import { loadedEngine } from "./loaded_engine.ts";

for (const { name, run } of ITEMS) {
  Deno.test(`under load nothing is lost and nothing is left: ${name}`, async () => {
    const { engine, counts } = await loadedEngine();
    const { origin, close } = testServer(engine);
    try {
      const options = { uri: origin, auth: "load", env: {} };
      const figures = await run({ options, size: "share", counts });
      assert(figures.length > 0);
      // What depends on the machine is judged by `deno task load`, not here.
      const counted = figures.filter(({ unit }) => unit === "");
      assertEquals(counted.filter((figure) => !holds(figure)), []);
    } finally {
      await close();
    }
  });
}
