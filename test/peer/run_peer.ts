import type { Generation } from "../support/faithful_peer/generation.ts";
import { readTree } from "../support/read_tree.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { SEED_VARIABLE } from "../support/test_seed.ts";
import { runDeno } from "../runner/deno_process.ts";
import { AWAITING } from "./awaiting.ts";
import { type CaseRecord, LOG_VARIABLE, readCases } from "./case_log.ts";
import { EXCEPTIONS } from "./exceptions.ts";

/** What brings cases together with an engine that is served. */
const MEETS_SERVER =
  /support\/(?:chosen_peer|engines|for_real_server|served_engine|test_server)\.ts"/;

/** What is run against the faithful peer. */
export interface PeerRun {
  /** Where everything that is left to chance comes from. */
  readonly seed: string;
  /** Which servers it behaves like. */
  readonly generation: Generation;
  /** Files to run; all of the suite that meet an engine when absent. */
  readonly files?: readonly string[];
  /** Only cases with this in their titles. */
  readonly filter?: string | undefined;
}

/** How a run went. */
export interface PeerResult {
  /** What became of the cases. */
  readonly cases: readonly CaseRecord[];
  /** What went wrong, ready to be printed; empty when all is well. */
  readonly faults: readonly string[];
}

/** Run the behaviour suite, or some of it, against a faithful peer. */
export async function runPeer(run: PeerRun): Promise<PeerResult> {
  const { seed, generation, filter } = run;
  await using folder = await tempFolder();
  const log = `${folder.path}/cases`;
  const files = run.files ?? await peerFiles();
  const { code, output } = await runDeno([
    "test",
    "--allow-all",
    "--quiet",
    // Types are looked at by the other runs.
    "--no-check",
    "--parallel",
    "--preload=test/peer/preload.ts",
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...files,
  ], {
    env: {
      TEST_PEER: generation,
      [SEED_VARIABLE]: seed,
      [LOG_VARIABLE]: log,
    },
  });
  const cases = await readCases(log);
  const isWhole = run.files === undefined && filter === undefined;
  const faults = isWhole ? missing(generation, cases) : [];
  if (code === 0) return { cases, faults };
  // Between these two the failures are explained.
  const [, explained = output] =
    /^ *ERRORS *$(.*?)(?:^ *FAILURES *$|$(?![^]))/ms.exec(output) ?? [];
  return { cases, faults: [explained.trim(), ...faults] };
}

/** The files of the suite whose cases meet a server. */
async function peerFiles(): Promise<string[]> {
  const files = [...await readTree(["test/behaviour"])];
  return files.filter(([path, text]) =>
    path.endsWith("_test.ts") && MEETS_SERVER.test(text)
  ).map(([path]) => path);
}

/** What the lists name and the run did not have. */
function missing(
  generation: Generation,
  cases: readonly CaseRecord[],
): string[] {
  const applies = (it: { generation?: Generation }): boolean =>
    it.generation === undefined || it.generation === generation;
  const titles = new Set(cases.map(({ title }) => title));
  const passed = new Set(
    cases.filter(({ outcome }) => ["passed", "awaiting"].includes(outcome))
      .map(({ title }) => title),
  );
  const listed = [...EXCEPTIONS, ...AWAITING].filter(applies);
  return [
    ...listed.filter(({ title }) => !titles.has(title))
      .map(({ title }) => `"${title}" is listed, and not in the suite`),
    ...EXCEPTIONS.filter(applies)
      .filter(({ replacedBy }) => !passed.has(replacedBy))
      .map(({ title, replacedBy }) =>
        `"${title}" is to be replaced by "${replacedBy}", which did not pass`
      ),
  ];
}
