/**
 * Removes the stand-ins for packages of JSR from the tree, and the tests of the
 * stand-ins themselves: `deno task originals`. `deno install --frozen=false`
 * then gets the originals.
 *
 * @module
 */
import { ROOT } from "../support/read_tree.ts";

const path = new URL("deno.json", ROOT);
const { links, ...config } = JSON.parse(await Deno.readTextFile(path));
await Deno.writeTextFile(path, JSON.stringify(config, null, 2) + "\n");
for (const link of links) {
  await Deno.remove(new URL(link, ROOT), { recursive: true });
}
await Deno.remove(new URL("test/unit/links_test.ts", ROOT));
