import { runDeno } from "./deno_process.ts";
import { announce, print, since } from "./report.ts";
import { formatTally, type Tally } from "./tally.ts";

/**
 * Compare the speed of the library with bare loops, as `deno task bench:check`
 * does, and print the result. Each ratio counts as a test.
 */
export async function benchCheck(): Promise<Tally> {
  announce("bench:check");
  const start = performance.now();
  const { code, output } = await runDeno([
    "run",
    "--quiet",
    "--allow-all",
    "--no-check",
    "bench/check.ts",
  ]);
  const tally = tallyOfCheck(output, code);
  print(`${formatTally(tally)} (${since(start)})`);
  if (tally.failed > 0) print(output.trimEnd());
  return tally;
}

/** Read the last line of the check; a check that crashed failed once. */
export function tallyOfCheck(output: string, code: number): Tally {
  const [, passed = "0", failed = "0"] =
    /^bench:check: (\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  const least = code === 0 && Number(passed) > 0 ? 0 : 1;
  return {
    passed: Number(passed),
    failed: Math.max(Number(failed), least),
    skipped: 0,
  };
}
