import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { readTree, ROOT } from "../support/read_tree.ts";
import { mustRun, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { findReadmes } from "./build_package.ts";
import { releaseFaults } from "./release_faults.ts";
import { commandsOf } from "./workflow_rules.ts";

/** What is in the root and not in a clean clone. */
const OTHERS: readonly string[] = [".git", "coverage", "dist", "node_modules"];

/** The commands of the workflow that publishes, by its jobs. */
const commands = commandsOf(
  await Deno.readTextFile(new URL(".github/workflows/publish.yml", ROOT)),
);

/** Make a folder what the commit of a release would be. */
async function releaseCommit(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(ROOT)) {
    if (OTHERS.includes(name)) continue;
    await mustRun("cp", ["-r", name, folder], ROOT);
  }
  const path = `${folder}/CHANGELOG.md`;
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace(" (unreleased)", ""));
  await mustRun(Deno.execPath(), ["task", "page"], folder);
}

Deno.test("a release would be published as its workflow says", async (t) => {
  await using temp = await tempFolder();
  const { path } = temp;
  await releaseCommit(path);
  const deno = Deno.execPath().replace(/\/[^/]+$/, "");
  const env = {
    PATH: `${deno}:${Deno.env.get("PATH")}`,
    GITHUB_REF_NAME: `v${config.version}`,
  };
  /** Run a command as a step of the workflow does. */
  const run = (command: string, cwd = path): Promise<string> =>
    mustRun("bash", ["-eo", "pipefail", "-c", command], cwd, env);

  await t.step("its commands are those that are tried here", () => {
    assertEquals([...commands], [
      ["build", [
        'deno task publish:check "$GITHUB_REF_NAME"',
        "deno task npm",
      ]],
      ["npm", ["npm publish ./*.tgz"]],
      ["jsr", [
        "deno task originals",
        // What only a machine that reaches JSR can do, and the publishing,
        // of which `publish:check` has done all but the sending.
        "deno install --frozen=false",
        "deno publish --allow-dirty",
      ]],
    ]);
  });

  await t.step("JSR would take the package as it is", async () => {
    const output = await run(commands.get("build")![0]!);
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

  await t.step("a tag that is not the version's is refused", async () => {
    const { code, stdout } = await runProgram(
      Deno.execPath(),
      ["run", "--allow-all", "test/package/rehearse_publishing.ts", "v0.0.0"],
      path,
    );
    assertEquals(code, 1);
    assertMatch(stdout, /^The tag is v0\.0\.0, deno\.json says \d/);
  });

  await t.step("npm would take the package as it is", async () => {
    await run(commands.get("build")![1]!);
    // The job that publishes gets the tarball and nothing else.
    const [publish] = commands.get("npm")!;
    const dryRun = `${publish} --dry-run --json --offline`;
    const said = JSON.parse(await run(dryRun, `${path}/dist`));
    // Older versions of npm say it without the name.
    const { name, version } = said[config.name] ?? said;
    assertEquals({ name, version }, {
      name: config.name,
      version: config.version,
    });
  });

  await t.step(
    "what JSR gets names the originals of its packages",
    async () => {
      await run(commands.get("jsr")![0]!);
      const text = await Deno.readTextFile(`${path}/deno.json`);
      const { links, ...rest } = JSON.parse(text);
      assertEquals(links, undefined);
      const { links: _, ...expected } = config;
      assertEquals(rest, expected);
      const names = await Array.fromAsync(
        Deno.readDir(`${path}/test`),
        ({ name }) => name,
      );
      assert(names.includes("unit"));
      for (const link of config.links) {
        const exists = await Deno.stat(`${path}/${link}`)
          .then(() => true, () => false);
        assertEquals(exists, false, link);
      }
    },
  );
});

Deno.test("releaseFaults() compares the tag, the version and the changelog", () => {
  const log = (heading: string): string =>
    `# Changelog\n\n${heading}\n\nText.\n\n## 1.2.2 (2026-01-01)\n`;
  for (const heading of ["## 1.2.3", "## 1.2.3 (2026-11-30)"]) {
    assertEquals(releaseFaults("v1.2.3", "1.2.3", log(heading)), []);
  }
  for (
    const [tag, version, changelog] of [
      ["1.2.3", "1.2.3", log("## 1.2.3")],
      ["v1.2.4", "1.2.3", log("## 1.2.3")],
      ["v1.2.3", "1.2.3", log("## 1.2.3 (unreleased)")],
      ["v1.2.3", "1.2.3", log("## 1.2.30")],
      ["v1.2.3", "1.2.3", log("")],
      ["v1.2.3", "1.2.3", ""],
    ] as const
  ) assertEquals(releaseFaults(tag, version, changelog).length, 1);
});
