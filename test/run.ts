/**
 * What the tasks `check`, `test` and `ok` run.
 *
 * Everything is said in a line when it is well and in full when it is not. The
 * last line of `test` and `ok` is `N passed, N failed`.
 *
 * @module
 */

import { check } from "./runner/check.ts";
import { print } from "./runner/report.ts";
import { suite } from "./runner/suite.ts";
import { formatTally } from "./runner/tally.ts";

/** Run one of the tasks; tells whether all is well. */
async function run(task: string | undefined): Promise<boolean> {
  switch (task) {
    case "check":
      // CI leaves out the examples, which are among the tests.
      return await check({ docTests: !Deno.args.includes("--no-examples") });
    case "test":
    case "ok": {
      // The examples in the documentation are among the tests already.
      const clean = task === "test" || await check({ docTests: false });
      const tally = await suite();
      if (!clean) print("check: not clean, see above");
      print(formatTally(tally));
      return clean && tally.failed === 0;
    }
    default:
      print("Usage: deno task check [--no-examples] | test | ok");
      return false;
  }
}

Deno.exit(await run(Deno.args[0]) ? 0 : 1);
