/**
 * `deno task test:peer [--seeds=20] [--seed=…] [--generation=1.1] [--filter=…]
 * [files…]`: the behaviour suite, or some of it, against the faithful peer.
 *
 * @module
 */

import { print, since } from "../runner/report.ts";
import { GENERATIONS } from "../support/faithful_peer/generation.ts";
import { freshSeed } from "../support/test_seed.ts";
import { countsOf, formatCounts } from "./counts.ts";
import { runPeer } from "./run_peer.ts";

const options = new Map<string, string>();
const files: string[] = [];
for (const argument of Deno.args) {
  const [, name, value = ""] = /^--([a-z]+)=(.*)$/.exec(argument) ?? [];
  if (name === undefined) files.push(argument);
  else options.set(name, value);
}

const count = Number(options.get("seeds") ?? (options.has("seed") ? 1 : 20));
const seeds = Array.from(
  { length: count },
  () => options.get("seed") ?? freshSeed(),
);
const generations = GENERATIONS.filter((it) =>
  it === (options.get("generation") ?? it)
);
let failed = 0;
for (const seed of seeds) {
  for (const generation of generations) {
    const start = performance.now();
    const filter = options.get("filter");
    const some = files.length > 0 ? { files } : {};
    const result = await runPeer({ seed, generation, filter, ...some });
    const counts = formatCounts(countsOf(result.cases));
    print(`seed ${seed}, ${generation}: ${counts} (${since(start)})`);
    for (const fault of result.faults) print(fault);
    if (result.faults.length > 0) failed++;
  }
}
print(`${seeds.length} seeds, ${failed} runs failed`);
Deno.exit(failed === 0 ? 0 : 1);
