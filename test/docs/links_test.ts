import { assert, assertEquals } from "@std/assert";
import { readTree, ROOT } from "../support/read_tree.ts";

const LINK = /\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g;

Deno.test("pages are whole, and their links lead somewhere", async () => {
  const broken: string[] = [];
  let count = 0;
  const pages = await readTree([
    "README.md",
    "examples",
    "lib",
    "test",
    "bench",
  ], ".md");
  for (const [path, text] of pages) {
    if (/^\W*(?:<{7}|>{7}) /m.test(text)) broken.push(`${path}: a conflict`);
    for (const [, target = ""] of text.matchAll(LINK)) {
      if (/^\w+:/.test(target)) continue;
      count++;
      const place = new URL(target, new URL(path, ROOT));
      const exists = await Deno.stat(place).then(() => true, () => false);
      if (!exists) broken.push(`${path}: ${target}`);
    }
  }
  assert(count > 50, `${count} links`);
  assertEquals(broken, []);
});
