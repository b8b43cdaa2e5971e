import { assert, assertEquals, assertThrows } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { VERSION } from "../../lib/version.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { packageJson } from "./package_json.ts";
import { packagingTools } from "./tools.ts";

/** What must not be in any module: paths of ours, names that npm lacks. */
const UNWANTED = [
  /sourceMappingURL/,
  /file:\/\/\//,
  /(from |import\()"[^"]*\.ts"/,
  /(from |import\()"(@std\/|jsr:|npm:)/,
  /await using /,
];

/** Code alone: examples in comments may say what they like. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(\/\*\*|\*|\/\/(?!#)).*$/gm, "");
}

async function modulesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await modulesIn(path));
    else if (/\.(js|ts)$/.test(name)) found.push(path);
  }
  return found;
}

Deno.test("the package for npm is complete, and clean by publint and attw", async (t) => {
  await using target = await tempFolder();
  const { folder, tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  const manifest = JSON.parse(
    await Deno.readTextFile(`${folder}/package.json`),
  );

  await t.step("every entry has its module and its declaration", async () => {
    const { "./package.json": _, ...entries } = manifest.exports;
    assertEquals(Object.keys(entries), Object.keys(config.exports));
    for (const entry of Object.values<Record<string, string>>(entries)) {
      for (const path of Object.values(entry)) {
        assert((await Deno.stat(`${folder}/${path}`)).isFile, path);
      }
    }
  });

  await t.step("it names the sources' version, licence and needs", () => {
    assertEquals(manifest.version, config.version);
    assertEquals(VERSION, config.version);
    assertEquals(manifest.license, config.license);
    assertEquals(manifest.sideEffects, false);
    assertEquals(manifest.publishConfig.provenance, true);
    assertEquals(manifest.dependencies.dotenv, "^18.0.10");
    assert(!("fast-check" in manifest.dependencies));
  });

  await t.step("no module has traces of where it was made", async () => {
    const paths = await modulesIn(folder);
    assert(paths.length > 300);
    for (const path of paths) {
      const code = withoutComments(await Deno.readTextFile(path));
      const unwanted = UNWANTED.filter((pattern) => pattern.test(code));
      assertEquals(unwanted, [], path);
    }
  });

  await t.step("the texts are there", async () => {
    const list = await mustRun("tar", ["-tzf", tarball], folder);
    for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
      assert(list.includes(`package/${name}\n`), name);
    }
  });

  await t.step("publint has nothing to say", async () => {
    await mustRun(tools.publint, ["run", tarball, "--strict"], folder);
  });

  await t.step("attw has nothing to say", async () => {
    await mustRun(tools.attw, [tarball, "--profile", "esm-only"], folder);
  });
});

Deno.test("packageJson() tells where the sources are when it is known", () => {
  const known = packageJson(config, [], "https://example.com/a/b");
  assertEquals(known.repository, {
    type: "git",
    url: "git+https://example.com/a/b.git",
  });
  assert(!("repository" in packageJson(config, [], undefined)));
});

Deno.test("packageJson() wants a range for every package", () => {
  const error = assertThrows(
    () => packageJson(config, ["left-pad"], undefined),
    Error,
  );
  assertEquals(error.message, 'deno.json gives no npm range for "left-pad"');
});
