import { type Ending, runDeno } from "./deno_process.ts";
import { docTestArgs } from "./test_runs.ts";
import { domCheck } from "./dom_check.ts";
import { announce, print, since } from "./report.ts";
import { readTree } from "../support/read_tree.ts";

interface Step {
  readonly name: string;
  run(): Promise<Ending>;
}

/** Options of {@linkcode check}. */
export interface CheckOptions {
  /** Whether to run the examples in documentation, too. */
  readonly docTests: boolean;
}

/**
 * Everything about the sources that can be told without running the tests.
 *
 * @returns Whether all of it is clean.
 */
export async function check(options: CheckOptions): Promise<boolean> {
  const steps = options.docTests
    ? [...STEPS, { name: "doc tests", run: runDocTests }]
    : STEPS;
  const failed: string[] = [];
  for (const { name, run } of steps) {
    announce(name);
    const start = performance.now();
    const { code, output } = await run();
    print(code === 0 ? `ok (${since(start)})` : `FAILED (${since(start)})`);
    if (code === 0) continue;
    failed.push(name);
    print(output.trimEnd());
  }
  print(
    failed.length === 0
      ? `check: all ${steps.length} steps are clean`
      : `check: not clean: ${failed.join(", ")}`,
  );
  return failed.length === 0;
}

const STEPS: readonly Step[] = [
  {
    name: "lock file",
    run: () => runDeno(["install", "--frozen", "--quiet"]),
  },
  { name: "format", run: () => runDeno(["fmt", "--check", "--quiet"]) },
  { name: "lint", run: () => runDeno(["lint", "--quiet"]) },
  { name: "types", run: () => runDeno(["check", "--quiet", "--frozen", "."]) },
  { name: "types, web only", run: checkWebTypes },
  { name: "documentation", run: checkDocs },
];

/** The command is for Deno, Bun and Node; all else has the web's globals. */
async function checkWebTypes(): Promise<Ending> {
  const files = await readTree(["mod.ts", "schema", "lib"]);
  return await domCheck(
    [...files.keys()].filter((path) => !path.startsWith("lib/cli/")),
  );
}

/**
 * Each entry by itself: what it mentions must be had from it. Options of the
 * root entry also mention types of `./transport`, and the logs of `./admin` hold
 * the events of the root entry.
 */
async function checkDocs(): Promise<Ending> {
  const { exports } = JSON.parse(await Deno.readTextFile("deno.json"));
  const { ".": root, "./transport": transport, "./admin": admin, ...others } =
    exports;
  const together = [root, transport, admin];
  for (const entries of [together, ...Object.values(others)]) {
    const ending = await runDeno(
      ["doc", "--lint", "--quiet"].concat(entries as string | string[]),
    );
    if (ending.code !== 0) return ending;
  }
  return { code: 0, output: "" };
}

function runDocTests(): Promise<Ending> {
  return runDeno(docTestArgs());
}
