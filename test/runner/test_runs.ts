import { readTree } from "../support/read_tree.ts";

/** Folders whose tests start processes, which is where the work is done. */
const PROCESSES = [
  "test/process",
  "test/conformance",
  "test/package",
  "test/types",
];

/** The folder whose tests measure time: one file at a time, and nothing else. */
const TIMES = ["test/scaling"];

/** One call of `deno test`. */
export interface TestRun {
  /** What it runs, in a word or two. */
  readonly name: string;
  /** The arguments of `deno`. */
  readonly args: readonly string[];
}

/**
 * The calls of `deno test` that together run all tests of the repository.
 *
 * @param coverage The folder for coverage data of the tests that run in the
 * process of the test itself. The others are measured by nobody: Deno would
 * measure every Deno that they start, which takes twice the time.
 */
export async function testRuns(coverage: string): Promise<TestRun[]> {
  const files = [...(await readTree(["test"])).keys()]
    .filter((path) => path.endsWith("_test.ts"));
  const within = (folders: readonly string[]): string[] =>
    files.filter((path) =>
      folders.some((folder) => path.startsWith(`${folder}/`))
    );
  const processes = within(PROCESSES);
  const times = within(TIMES);
  const others = files.filter((path) =>
    !processes.includes(path) && !times.includes(path)
  );
  const flags = [
    "test",
    "--allow-all",
    "--quiet",
    // `check` has looked at the types of all files at once.
    "--no-check",
  ];
  const measured = [`--coverage=${coverage}`, "--coverage-raw-data-only"];
  return [
    { name: "tests", args: [...flags, ...measured, "--parallel", ...others] },
    {
      name: "tests of processes",
      args: [...flags, "--parallel", ...processes],
    },
    { name: "tests of times", args: [...flags, ...times] },
    { name: "doc tests", args: await docTestArgs() },
  ];
}

/** The call that runs the examples in the documentation and in the README. */
export async function docTestArgs(): Promise<string[]> {
  const paths = ["mod.ts", "lib", "schema"];
  const readme = await Deno.stat("README.md").then(
    () => ["README.md"],
    () => [],
  );
  return [
    "test",
    "--doc",
    "--allow-all",
    "--quiet",
    "--parallel",
    ...paths,
    ...readme,
  ];
}
