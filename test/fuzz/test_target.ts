import { testSeed } from "../support/test_seed.ts";
import type { FuzzTarget } from "./fuzz_target.ts";
import { formatFailure, runTarget } from "./run_target.ts";

/** Register a target's corpus, and CI's share of its cases, as a test. */
export function testTarget(target: FuzzTarget): void {
  Deno.test(`${target.name} of the corpus and of chance hold`, async (test) => {
    const seed = testSeed();
    const report = await runTarget(target, { seed, cases: target.share });
    const { corpus, cases, failures } = report;
    const told = failures.map((it) => formatFailure(target, seed, it));
    if (told.length > 0) throw new Error(told.join("\n"));
    const count = `count: ${cases} cases of ${target.name} from ${corpus}`;
    await test.step(`${count}, seed ${seed}`, () => {});
  });
}
