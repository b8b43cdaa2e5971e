import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { buildPackage } from "../package/build_package.ts";
import { emptyProject, installByNpm } from "../package/project.ts";
import { ROOT } from "../support/read_tree.ts";
import { runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";
import { readPage } from "./page.ts";

/** The pages whose programs run on Deno, Bun and Node, in an empty folder. */
const PAGES = [
  "README.md",
  "examples/behaviour.md",
  "examples/engine.md",
  "examples/errors.md",
];

Deno.test("the programs of all pages do what they say, in a folder with the package", async (t) => {
  await using packed = await tempFolder();
  const { tarball } = await buildPackage(packed.path);
  const exports = await exportsOf();
  const hosts: readonly (readonly string[])[] = [
    [Deno.execPath(), "run", "--no-prompt", "--allow-all"],
    [await toolPath("bun")],
    [await toolPath("node")],
  ];
  let count = 0;
  for (const path of PAGES) {
    const { files, programs } = await readPage(path, exports);
    const texts = programs.map(({ text }, at) => [`${at}.mjs`, text]);
    await using project = await emptyProject({
      ...files,
      ...Object.fromEntries(texts),
    });
    await installByNpm(project.path, tarball);
    for (const [at, { name, output }] of programs.entries()) {
      const ends = await Promise.all(
        hosts.map(([command = "", ...args]) =>
          runProgram(command, [...args, `${at}.mjs`], project.path)
        ),
      );
      for (const [host, { code, stdout, stderr }] of ends.entries()) {
        assertEquals([code, stderr], [0, ""], `${name}, ${hosts[host]}`);
        if (output !== undefined) assertEquals(stdout, output, name);
        count++;
      }
    }
    assert(path !== "README.md" || programs.length >= 7, "too few programs");
  }
  await t.step(`count: ${count} runs of the programs of all pages`, () => {
    assert(count > 0);
  });
});

async function exportsOf(): Promise<Record<string, string[]>> {
  const entries = Object.entries(config.exports).map(async ([entry, path]) => {
    const module = await import(new URL(path, ROOT).href);
    return [config.name + entry.slice(1), Object.keys(module)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
