// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * How long Node takes to import each entry of the package for npm:
 * `deno task bench:import`. Each time is the median of 11 processes, all entries
 * in turn.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { buildPackage } from "../test/package/build_package.ts";
import { packagingTools } from "../test/package/tools.ts";
import { mustRun } from "../test/support/run_program.ts";
import { tempFolder } from "../test/support/temp_folder.ts";
import { median } from "./measure.ts";

const PROCESSES = 11;

/** What is imported to see how long it takes to import nothing. */
const NOTHING = "data:text/javascript,";

/** Imports what it is asked for, and tells how long that took. */
const PROGRAM = `
const started = performance.now();
await import(process.argv[2]);
console.log(performance.now() - started);
`;

await using folder = await tempFolder();
const { path } = folder;
const built = await buildPackage(path);
const { node } = await packagingTools();
await Deno.mkdir(`${path}/node_modules/${config.name}`, { recursive: true });
await Deno.rename(built.folder, `${path}/node_modules/${config.name}`);
await Deno.writeTextFile(`${path}/import.mjs`, PROGRAM);

const names = Object.keys(config.exports)
  .map((entry) => config.name + entry.slice(1));
const times = new Map<string, number[]>(
  [NOTHING, ...names].map((name) => [name, []]),
);
for (let process = 0; process < PROCESSES; process++) {
  for (const [name, found] of times) {
    found.push(Number(await mustRun(node, ["import.mjs", name], path)));
  }
}

const version = await mustRun(node, ["--version"], path);
console.log(`Node ${version.trim()}, medians of ${PROCESSES} processes\n`);
console.log("| import | ms |\n| --- | ---: |");
for (const [name, found] of times) {
  const what = name === NOTHING ? "nothing" : `\`${name}\``;
  console.log(`| ${what} | ${median(found).toFixed(1)} |`);
}
