// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * How long a newcomer waits, from an empty folder to the first result: the
 * package is installed, and the first program of the README runs.
 *
 *     deno task bench:first
 *
 * @module
 */
import { buildPackage } from "../test/package/build_package.ts";
import { ROOT } from "../test/support/read_tree.ts";
import { mustRun } from "../test/support/run_program.ts";
import { tempFolder } from "../test/support/temp_folder.ts";
import { toolPath } from "../test/support/tool_path.ts";

const ROUNDS = 5;

const FENCE = /^```\w+ (\S+)\n([^]*?)^```$/gm;

/** The steps of a runtime: programs with their arguments. */
type Steps = readonly (readonly [program: string, ...args: string[]])[];

async function stepsOf(tarball: string): Promise<Record<string, Steps>> {
  const [bun, node] = [await toolPath("bun"), await toolPath("node")];
  const npm = ["npm", "install", "--no-audit", "--no-fund", tarball] as const;
  return {
    Deno: [npm, [Deno.execPath(), "run", "-A", "first.mjs"]],
    Bun: [[bun, "add", tarball], [bun, "first.mjs"]],
    Node: [npm, [node, "first.mjs"]],
    "the command on Node": [
      npm,
      [node, "node_modules/@rocketride/streams/bin/rocketride.js", "demo"],
    ],
  };
}

/** Do the steps in an empty folder; returns the milliseconds that each took. */
async function measure(
  steps: Steps,
  files: readonly (readonly [name: string, text: string])[],
): Promise<number[]> {
  await using folder = await tempFolder();
  for (const [name, text] of files) {
    await Deno.writeTextFile(`${folder.path}/${name}`, text);
  }
  const times: number[] = [];
  let printed = "";
  for (const [program, ...args] of steps) {
    const start = performance.now();
    printed = await mustRun(program, args, folder.path);
    times.push(performance.now() - start);
  }
  if (!/Hello, pipeline!|Triton/.test(printed)) throw new Error(printed);
  return times;
}

await using packed = await tempFolder();
const { tarball } = await buildPackage(packed.path);
const readme = await Deno.readTextFile(new URL("README.md", ROOT));
const files = [...readme.matchAll(FENCE)]
  .map(([, name = "", text = ""]) => [name, text] as const);
for (const [name, steps] of Object.entries(await stepsOf(tarball))) {
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push(await measure(steps, files));
  }
  const median = (at: number): number =>
    rounds.map((times) => times[at]!).sort((a, b) => a - b)[ROUNDS >> 1]!;
  const [install, run] = [median(0), median(1)].map((ms) => Math.round(ms));
  console.log(`${name}: install ${install} ms, first result ${run} ms`);
}
