import { assertEquals, assertMatch } from "@std/assert";
import { readTree } from "../support/read_tree.ts";
import config from "../../deno.json" with { type: "json" };
import { runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage, findReadmes } from "./build_package.ts";
import { rehearsePublishing } from "./rehearse_publishing.ts";

Deno.test("JSR would take the package as it is", async () => {
  const { code, output } = await rehearsePublishing();
  assertEquals(code, 0, output);
  assertEquals(/^(warning|error).*$/mi.exec(output)?.[0], undefined, output);
  assertMatch(output, /^Success Dry run complete$/m);

  const sources = ["mod.ts", "lib", "schema"];
  const modules = [
    ...(await readTree(sources)).keys(),
    ...(await readTree(sources, ".json")).keys(),
  ];
  const texts = [
    "CHANGELOG.md",
    "LICENSE",
    "deno.json",
    ...await findReadmes(),
  ];
  assertEquals(
    Array.from(output.matchAll(/\/package\/(\S+) \(/g), ([, name]) => name!)
      .sort(),
    [...texts, ...modules].sort(),
  );
});

Deno.test("npm would take the package as it is", async () => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const args = ["publish", "--dry-run", "--json", "--offline", tarball];
  const { code, stdout, stderr } = await runProgram("npm", args, target.path);
  assertEquals(code, 0, stderr);
  // Older versions of npm say it without the name.
  const said = JSON.parse(stdout);
  const { name, version } = said[config.name] ?? said;
  assertEquals({ name, version }, {
    name: config.name,
    version: config.version,
  });
});
