import { assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { emptyProject } from "./installed_project.ts";
import { firstProgram } from "./first_program.ts";
import { packagingTools, type Tools } from "./tools.ts";

/** Part of what the README's first program prints. */
const PRINTED = "id,name\\n1,Ada";

/** Tells what `connect` found in `.env`, by what it was refused for. */
const ENV_PROGRAM = `
import { connect } from "@rocketride/streams";
await connect({ auth: "key" }).then(
  () => console.log("connected"),
  (error) => console.log(error.code, error.message),
);
`;

/** An address that is refused before any traffic, written as api §7.2 allows. */
const ENV_FILE = "# where to\n ROCKETRIDE_URI = 'ws://example.com:81'\r\n";

const REFUSED =
  'insecure-credential Cannot send a credential to "example.com:81" without encryption\n';

/** The entries that run everywhere; the command line is for Deno. */
const ENTRIES = Object.entries(config.exports)
  .filter(([entry]) => entry !== "./cli");

/** Tells what each entry exports, as JSON. */
const NAMES_PROGRAM = `
const names = {};
for (const entry of ${JSON.stringify(ENTRIES.map(([entry]) => entry))}) {
  const name = "${config.name}" + entry.slice(1);
  names[entry] = Object.keys(await import(name));
}
console.log(JSON.stringify(names));
`;

/** The same of the sources. */
async function sourceNames(): Promise<Record<string, string[]>> {
  const names: Record<string, string[]> = {};
  for (const [entry, path] of ENTRIES) {
    names[entry] = Object.keys(await import(new URL(path, ROOT).href));
  }
  return names;
}

/** What a user of TypeScript and Node 22 would write. */
const TSCONFIG = {
  compilerOptions: {
    target: "es2022", // Node 22 has no `await using`
    lib: ["es2023", "dom", "dom.asynciterable"],
    module: "nodenext",
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  },
  files: ["program.ts"],
};

/** The files of a project that has no package yet. */
async function projectFiles(): Promise<Record<string, string>> {
  return {
    "program.ts": await firstProgram(),
    "env.js": ENV_PROGRAM,
    "names.js": NAMES_PROGRAM,
    ".env": ENV_FILE,
    "tsconfig.json": JSON.stringify(TSCONFIG),
  };
}

interface Way {
  readonly name: string;
  install(tools: Tools, path: string, tarball: string): Promise<unknown>;
  run(tools: Tools, path: string): Promise<string>;
  /** Run a program that needs no compiler. */
  runPlain(tools: Tools, path: string, name: string): Promise<string>;
}

const WAYS: readonly Way[] = [
  {
    name: "by npm, on Node 22, compiled by TypeScript",
    install: (_, path, tarball) =>
      mustRun("npm", ["install", "--no-audit", "--no-fund", tarball], path),
    async run({ node, modules }, path): Promise<string> {
      assertStringIncludes(await mustRun(node, ["--version"], path), "v22.");
      await mustRun(node, [`${modules}/typescript/bin/tsc`], path);
      return await mustRun(node, ["program.js"], path);
    },
    runPlain: ({ node }, path, name) => mustRun(node, [name], path),
  },
  {
    name: "by Bun, on Bun",
    install: ({ bun }, path, tarball) => mustRun(bun, ["add", tarball], path),
    run: ({ bun }, path) => mustRun(bun, ["program.ts"], path),
    runPlain: ({ bun }, path, name) => mustRun(bun, [name], path),
  },
];

Deno.test("the package installs into an empty folder and runs there", async (t) => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  for (const { name, install, run, runPlain } of WAYS) {
    await t.step(name, async (t) => {
      await using project = await emptyProject(await projectFiles());
      const { path } = project;
      await install(tools, path, tarball);

      await t.step("the README's first program", async () => {
        assertStringIncludes(await run(tools, path), PRINTED);
      });

      await t.step("a program that finds its engine in .env", async () => {
        assertEquals(await runPlain(tools, path, "env.js"), REFUSED);
      });

      await t.step("every entry has all that its source has", async () => {
        const printed = await runPlain(tools, path, "names.js");
        assertEquals(JSON.parse(printed), await sourceNames());
      });
    });
  }
});
