/**
 * The task `test:conformance`: the same cases in every runtime.
 *
 *     deno task test:conformance [--filter=text] [runtime…]
 *
 * @module
 */

import { print } from "../runner/report.ts";
import { formatTally } from "../runner/tally.ts";
import { CASES } from "./cases/mod.ts";
import { conformance } from "./conformance.ts";
import { RUNTIMES } from "./runtimes/mod.ts";
import { selected } from "./selected.ts";

const USAGE = `Usage: deno task test:conformance [--filter=text] [${
  RUNTIMES.map(({ name }) => name).join(" | ")
}]…`;

async function run(args: readonly string[]): Promise<boolean> {
  const flags = args.filter((arg) => arg.startsWith("-"));
  const filters = flags.filter((flag) => flag.startsWith("--filter="));
  const runtimes = args.filter((arg) => !arg.startsWith("-"));
  const unknown = runtimes.some((wanted) =>
    !RUNTIMES.some(({ name }) => name === wanted)
  );
  if (unknown || flags.length > filters.length || filters.length > 1) {
    print(USAGE);
    return false;
  }
  const filter = filters[0]?.slice("--filter=".length) ?? "";
  const known = [...CASES, ...RUNTIMES.flatMap(({ checks }) => checks)];
  if (selected(known, filter).length === 0) {
    print(`Nothing has "${filter}" in its group or name`);
    return false;
  }
  const tally = await conformance({ runtimes, filter });
  print(formatTally(tally));
  return tally.failed === 0 && tally.passed > 0;
}

Deno.exit(await run(Deno.args) ? 0 : 1);
