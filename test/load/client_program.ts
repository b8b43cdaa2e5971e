// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Puts one kind of load on an engine, on any of the runtimes, and prints a
 * figure a line, as JSON. Its arguments are the item's name and the engine's
 * port.
 *
 * @module
 */
import { must } from "./figures.ts";
import { ITEMS } from "./items.ts";
import type { EngineCounts } from "./stage.ts";

const { process } = globalThis as unknown as {
  process: { readonly argv: readonly string[] };
};
const [name, port] = process.argv.slice(-2);
const item = ITEMS.find((it) => it.name === name);
must(item !== undefined, `There is no item "${name}"`);
const figures = await item.run({
  options: { uri: `ws://127.0.0.1:${port}`, auth: "load", env: {} },
  size: "full",
  async counts(): Promise<EngineCounts> {
    const response = await fetch(`http://127.0.0.1:${port}/counts`);
    return await response.json();
  },
});
for (const figure of figures) console.log(JSON.stringify(figure));
