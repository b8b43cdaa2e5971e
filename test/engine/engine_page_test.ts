import { assertEquals } from "@std/assert";
import { enginePage, PAGE } from "../support/engine_page.ts";

Deno.test("the page of the engine is what its data say", async () => {
  const page = await Deno.readTextFile(PAGE);
  assertEquals(
    page === await enginePage(page),
    true,
    "lib/engine/README.md is stale: run `deno task engine:page`",
  );
});
