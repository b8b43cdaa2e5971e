/**
 * `deno task load [items…] [runtimes…]`: puts load on an engine in a process of
 * its own and prints what was measured. Fails where a promise was broken.
 *
 * @module
 */
import { print, since } from "../runner/report.ts";
import { startEngine } from "./engine_process.ts";
import { type Figure, holds, rowOf } from "./figures.ts";
import { ITEMS } from "./items.ts";
import { type RuntimeName, RUNTIMES, withProgram } from "./runtimes.ts";

const names = ITEMS.map(({ name }) => name);
const items = names.filter((name) => Deno.args.includes(name));
const runtimes = RUNTIMES.filter((name) => Deno.args.includes(name));
const known: readonly string[] = [...names, ...RUNTIMES];
const unknown = Deno.args.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  print(`Unknown: ${unknown.join(", ")}. Known: ${known.join(", ")}`);
  Deno.exit(2);
}

let failed = 0;
for (const runtime of runtimes.length > 0 ? runtimes : ["deno"] as const) {
  for (const item of items.length > 0 ? items : names) {
    if (!await load(runtime, item)) failed++;
  }
}
print(`load: ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** Put one kind of load on; tells whether every promise was kept. */
async function load(runtime: RuntimeName, item: string): Promise<boolean> {
  const start = performance.now();
  await using engine = await startEngine();
  const figures: Figure[] = [];
  let fault = "";
  const args = [item, `${engine.port}`];
  await withProgram(
    runtime,
    "test/load/client_program.ts",
    args,
    async (child) => {
      for await (const line of child.lines()) figures.push(JSON.parse(line));
      const { code, stderr } = await child.ended();
      if (code !== 0) fault = stderr.trim() || `It ended with ${code}`;
    },
  );
  print(`\n${item} on ${runtime} (${since(start)})\n`);
  print("| what | value | unit | promise |\n| --- | ---: | --- | --- |");
  for (const figure of figures) print(rowOf(figure));
  if (fault) print(fault);
  return fault === "" && figures.every(holds);
}
