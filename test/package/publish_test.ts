import { assertEquals, assertMatch } from "@std/assert";
import { readTree } from "../support/read_tree.ts";
import { findReadmes } from "./build_package.ts";
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
