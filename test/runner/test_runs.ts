import { readTree } from "../support/read_tree.ts";

/** One call of `deno test`. */
export interface TestRun {
  /** What it runs, in a word or two. */
  readonly name: string;
  /** The arguments of `deno`. */
  readonly args: readonly string[];
}

/** The tests that run in the process of the test itself, group by group. */
const GROUPS: readonly (readonly [name: string, folders: readonly string[]])[] =
  [
    ["unit and property tests", ["test/unit", "test/property"]],
    ["behaviour tests", ["test/behaviour"]],
    ["engine tests", ["test/engine"]],
  ];

/** Folders whose tests start processes, which is where the work is done. */
const PROCESSES = [
  "test/process",
  "test/command",
  "test/conformance",
  "test/docs",
  "test/interop",
  "test/package",
  "test/page",
  "test/types",
];

/** The folder whose tests try what nobody expects, for most of a minute. */
const FUZZERS = "test/fuzz";

/** The folder whose tests measure time: one file at a time, and nothing else. */
const TIMES = "test/scaling";

/** The folder whose tests break the network between client and engine. */
const FAULTS = "test/chaos";

/** The folder whose tests put load on: nothing else may be at work. */
const LOAD = "test/load";

const FLAGS = [
  "test",
  "--allow-all",
  "--quiet",
  // `check` has looked at the types of all files at once.
  "--no-check",
];

/**
 * The calls of `deno test` for the tests that need nothing but Deno, and for
 * the examples in the documentation.
 *
 * @param coverage The folder for coverage data; none are kept when absent.
 */
export async function quickRuns(coverage?: string): Promise<TestRun[]> {
  const files = await testFiles();
  const flags = coverage === undefined
    ? FLAGS
    : [...FLAGS, `--coverage=${coverage}`, "--coverage-raw-data-only"];
  const folders = [
    ...GROUPS.flatMap(([, them]) => them),
    ...PROCESSES,
    TIMES,
    FAULTS,
    FUZZERS,
    LOAD,
  ];
  // What looks at the tree itself lies beside the folders.
  const others = files.filter((path) => !within(folders)(path));
  const runs = GROUPS.map(([name, folders], at): TestRun => {
    const own = files.filter(within(folders));
    const paths = at === 0 ? [...own, ...others] : own;
    return { name, args: [...flags, "--parallel", ...paths] };
  });
  return [...runs, { name: "documentation tests", args: docTestArgs() }];
}

/**
 * The calls of `deno test` for the tests that start processes, those that
 * break the network, fuzzers and those that measure time. Their coverage is not
 * measured: Deno would measure every Deno that they start, which takes twice the
 * time.
 */
export async function slowRuns(): Promise<TestRun[]> {
  const files = await testFiles();
  const processes = files.filter(within(PROCESSES));
  const fuzzers = files.filter(within([FUZZERS]));
  const times = files.filter(within([TIMES]));
  const faults = files.filter(within([FAULTS]));
  const load = files.filter(within([LOAD]));
  return [
    {
      name: "tests of processes",
      args: [...FLAGS, "--parallel", ...processes],
    },
    { name: "tests of faults", args: [...FLAGS, "--parallel", ...faults] },
    { name: "fuzzers", args: [...FLAGS, "--parallel", ...fuzzers] },
    { name: "tests of times", args: [...FLAGS, ...times] },
    { name: "tests of load", args: [...FLAGS, ...load] },
  ];
}

/** The call that runs the examples in the documentation of the sources. */
export function docTestArgs(): string[] {
  const paths = ["mod.ts", "lib", "schema"];
  return ["test", "--doc", "--allow-all", "--quiet", "--parallel", ...paths];
}

async function testFiles(): Promise<string[]> {
  return [...(await readTree(["test"])).keys()]
    .filter((path) => path.endsWith("_test.ts"));
}

function within(folders: readonly string[]): (path: string) => boolean {
  return (path) => folders.some((folder) => path.startsWith(`${folder}/`));
}
