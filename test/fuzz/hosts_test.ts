import { assertEquals } from "@std/assert";
import { forEachHost } from "../support/hosts.ts";
import { testSeed } from "../support/test_seed.ts";
import type { FuzzTarget } from "./fuzz_target.ts";
import { formatFailure, runTarget } from "./run_target.ts";
import { bytesRig, httpBytes } from "./targets/http_bytes.ts";

/** What each runtime gets of the corpus and of chance. */
const CASES = 250;

forEachHost("no bytes end a served engine", async (host) => {
  // It is not asked to end by itself: Deno keeps a timer, of 30 seconds, for each
  // socket whose client has gone without a word.
  await using child = await host.start("test/support/serving_program.ts");
  const uri = await child.line();
  const target: FuzzTarget = { ...httpBytes, open: () => bytesRig(uri) };
  const seed = testSeed();
  const running = runTarget(target, { seed, cases: CASES, most: 1 });
  const { failures } = await child.until(running);
  const told = failures.map((it) => formatFailure(httpBytes, seed, it));
  assertEquals(told, []);
});
