import { assert, assertEquals, assertMatch } from "@std/assert";
import { FUNCTION_LIST, functionList } from "./function_list.ts";

Deno.test("the page of all functions is up to date, and has a sentence for each", async () => {
  const page = await Deno.readTextFile(FUNCTION_LIST);
  assertEquals(page, await functionList(), "run: deno task functions");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  assert(rows.length > 100, `${rows.length} functions`);
  for (const row of rows) assertMatch(row, /^\| `\w+` +\| \S.*\. *\|$/);
});
