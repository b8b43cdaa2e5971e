// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * How large programs with the client are, and how much of the engine a page
 * loads: `deno task size`.
 *
 * Fails when one has grown; `deno task size --write` takes the new sizes down.
 *
 * @module
 */
import committed from "./sizes.json" with { type: "json" };
import { compareSizes } from "./compare_sizes.ts";
import {
  engineSizeText,
  measureEngine,
  MOST_ENGINE_BYTES,
} from "./measure_engine.ts";
import { measureSizes } from "./measure_sizes.ts";
import { sizeTable } from "./size_table.ts";

const measured = await measureSizes();
console.log(sizeTable(measured));
const engine = await measureEngine();
console.log(`\n${engineSizeText(engine)}`);
if (Deno.args.includes("--write")) {
  await Deno.writeTextFile(
    new URL("sizes.json", import.meta.url),
    JSON.stringify(measured, null, 2) + "\n",
  );
} else {
  const grown = compareSizes(measured, committed);
  for (const sentence of grown) console.log(sentence);
  const small = engine.gzip <= MOST_ENGINE_BYTES;
  Deno.exitCode = grown.length > 0 || !small ? 1 : 0;
}
