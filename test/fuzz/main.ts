/**
 * `deno task fuzz [--cases=1000000] [--seed=…] [--target=NAME] [--case=N]`: many
 * more cases than CI runs, of all targets or of one; or one case again.
 *
 * @module
 */

import { freshSeed } from "../support/test_seed.ts";
import { announce, print } from "../runner/report.ts";
import type { FuzzTarget } from "./fuzz_target.ts";
import { caseOf, formatFailure, readCorpus, runTarget } from "./run_target.ts";
import { TARGETS } from "./targets.ts";

const options = new Map(
  Deno.args.map((argument) => {
    const [, name = "", value = ""] = /^--([a-z]+)=(.*)$/.exec(argument) ?? [];
    return [name, value];
  }),
);
const seed = options.get("seed") ?? Deno.env.get("TEST_SEED") ?? freshSeed();
const named = options.get("target");
const targets = TARGETS.filter(({ name }) => name === (named ?? name));
const one = options.get("case");
const total = Number(options.get("cases") ?? 1_000_000);
const weights = targets.reduce((sum, { weight }) => sum + weight, 0);

if (targets.length === 0) {
  print(`Targets: ${TARGETS.map(({ name }) => name).join(", ")}`);
  Deno.exit(2);
}
print(`seed ${seed}`);
let failed = 0;
let all = 0;
for (const target of targets) failed += await run(target);
print(`${all} cases, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

async function run(target: FuzzTarget): Promise<number> {
  announce(target.name);
  const first = one === undefined ? 0 : Number(one);
  const cases = one === undefined
    ? Math.ceil(total * target.weight / weights)
    : 1;
  if (one !== undefined) {
    const corpus = await readCorpus(target);
    print(JSON.stringify(caseOf(target, corpus, seed, first)));
  }
  const report = await runTarget(target, { seed, cases, first });
  const { corpus, ms, slowest, failures } = report;
  all += report.cases;
  const { heapUsed } = Deno.memoryUsage();
  print([
    `corpus ${corpus}`,
    `${report.cases} cases`,
    `${Math.round(report.cases / ms * 1_000)}/s`,
    `slowest ${slowest.ms.toFixed(0)} ms (${slowest.at})`,
    `heap ${Math.round(heapUsed / 1024 / 1024)} MiB`,
    `${failures.length} failed`,
  ].join(", "));
  for (const failure of failures) print(formatFailure(target, seed, failure));
  return failures.length;
}
