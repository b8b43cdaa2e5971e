import { readTree } from "../support/read_tree.ts";

/** Folders whose tests start processes or measure time: one file at a time. */
const SERIAL = [
  "test/process",
  "test/conformance",
  "test/package",
  "test/scaling",
  "test/types",
];

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
 * @param coverage The folder for coverage data, which get a folder in it for
 * each call.
 */
export async function testRuns(coverage: string): Promise<TestRun[]> {
  const files = [...(await readTree(["test"])).keys()]
    .filter((path) => path.endsWith("_test.ts"));
  const serial = files
    .filter((path) => SERIAL.some((folder) => path.startsWith(`${folder}/`)));
  const parallel = files.filter((path) => !serial.includes(path));
  // A folder each: Deno empties the one that it is given.
  const flags = (folder: string): string[] => [
    "test",
    "--allow-all",
    "--quiet",
    // `check` has looked at the types of all files at once.
    "--no-check",
    `--coverage=${coverage}/${folder}`,
    "--coverage-raw-data-only",
  ];
  const runs = [
    { name: "tests", args: [...flags("parallel"), "--parallel", ...parallel] },
    { name: "tests, one by one", args: [...flags("serial"), ...serial] },
    { name: "doc tests", args: await docTestArgs() },
  ];
  return serial.length > 0 ? runs : runs.filter((_, at) => at !== 1);
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
