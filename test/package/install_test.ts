import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { installTools } from "../support/npm_tools.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { emptyProject, installByNpm, OUTPUT, PROGRAM } from "./project.ts";
import { OLD_NODE, packagingTools, type Tools } from "./tools.ts";

/** Tells what `connect` found in `.env`, by what it was refused for. */
const ENV_PROGRAM = `
import { connect } from "@rocketride/streams";
await connect({ auth: "key" }).then(
  () => console.log("connected"),
  (error) => console.log(error.code, error.message),
);
`;

/** An address that is refused before any traffic. */
const ENV_FILE = "# where to\n ROCKETRIDE_URI = 'ws://example.com:81'\r\n";

const REFUSED =
  'insecure-credential Cannot send a credential to "example.com:81" without encryption. Use a wss: or https: address, or set insecure: true.\n';

/**
 * Sends files from disk to an engine behind a port. Most of the packages that
 * are inside of the package have a part in that.
 */
const SERVE_PROGRAM = `
import { close, connect, sendFiles, use } from "@rocketride/streams";
import { createEngine, serveEngine } from "@rocketride/streams/engine";

const from = (lane, id) => [{ lane, from: id }];
const components = [
  { id: "in", provider: "webhook", config: {} },
  { id: "digest", provider: "hash", config: {}, input: from("tags", "in") },
  { id: "parse", provider: "parse", config: {}, input: from("tags", "digest") },
  { id: "text", provider: "response_text", config: {}, input: from("text", "parse") },
  { id: "table", provider: "response_table", config: {}, input: from("table", "parse") },
];
const engine = createEngine();
const server = await serveEngine(engine);
const session = await connect({ uri: server.uri, auth: "key", env: {} });
const task = await use(session, { pipeline: { source: "in", components } });
for (const { result } of await sendFiles(session, task, ["page.html", "rows.csv"])) {
  console.log(JSON.stringify([result.text, result.table]));
}
await close(session);
await server.close();
await engine.close();
`;

const SERVED = String.raw`[["Ada & Co\n\n"],null]
[["id,name\n1,\"Ada, Countess\"\n\n\n"],["| id | name |\n| --- | --- |\n| 1 | Ada, Countess |\n"]]
`;

/** The entries that run everywhere; the command is a program. */
const ENTRIES = Object.entries(config.exports)
  .filter(([entry]) => entry !== "./cli")
  .map(([entry, path]) => [config.name + entry.slice(1), path] as const);

/** Exports with what they call themselves, where they are functions. */
function namesOf(exports: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(exports).map(([name, value]) =>
    typeof value === "function" ? `${name}: ${value.name}` : name
  );
}

/** Tells the names of each entry, as JSON. */
function namesProgram(load: string): string {
  return `
${namesOf}
const names = [];
for (const entry of ${JSON.stringify(ENTRIES.map(([entry]) => entry))}) {
  names.push([entry, namesOf(${load}(entry))]);
}
console.log(JSON.stringify(names));
`;
}

/** The same of the sources. */
async function sourceNames(): Promise<unknown> {
  return await Promise.all(ENTRIES.map(async ([entry, path]) => [
    entry,
    namesOf(await import(new URL(path, ROOT).href)),
  ]));
}

/** Tells which modules each of two entries loads, as JSON. */
const LOADED_PROGRAM = `
import { registerHooks } from "node:module";
let loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
await import("@rocketride/streams");
const client = loaded.splice(0);
await import("@rocketride/streams/engine");
console.log(JSON.stringify([client, loaded]));
`;

/** What users of TypeScript and Node 22 would write. */
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
  files: ["program.ts", "common.cts"],
};

/** What the smallest configuration for browsers would be. */
const PAGE_TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2022", "dom"],
    module: "esnext",
    moduleResolution: "bundler",
    types: [],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  },
  files: ["page.ts"],
};

/** Mentions all that there is. */
const PAGE_PROGRAM = ENTRIES.map(([entry], at) =>
  `export * as part${at} from "${entry}";\n`
).join("");

/** A program that is a CommonJS module. */
const COMMON_PROGRAM = `
import streams = require("@rocketride/streams");
import engines = require("@rocketride/streams/engine");

async function main(): Promise<void> {
  const engine = engines.createEngine();
  const transport = engine.transport();
  const session = await streams.connect({ transport, auth: "key", env: {} });
  const milliseconds: number = await streams.ping(session);
  console.log(milliseconds >= 0);
  await streams.close(session);
  await engine.close();
}

main();
`;

/** The files of a project that has no package yet. */
function projectFiles(): Record<string, string> {
  return {
    "program.ts": PROGRAM,
    "common.cts": COMMON_PROGRAM,
    "env.js": ENV_PROGRAM,
    "loaded.js": LOADED_PROGRAM,
    "names.js": namesProgram("await import"),
    "names.cjs": namesProgram("require"),
    "page.ts": PAGE_PROGRAM,
    "page.json": JSON.stringify(PAGE_TSCONFIG),
    "serve.js": SERVE_PROGRAM,
    "page.html": "<h1>Ada &amp; Co</h1>\n",
    "rows.csv": 'id,name\n1,"Ada, Countess"\n',
    ".env": ENV_FILE,
    "tsconfig.json": JSON.stringify(TSCONFIG),
  };
}

/** A way to get the package and to run programs with it. */
interface Way {
  readonly name: string;
  install(tools: Tools, path: string, tarball: string): Promise<unknown>;
  /** Run the first program. */
  runFirst(tools: Tools, path: string): Promise<string>;
  /** Run a program that needs no compiler. */
  run(tools: Tools, path: string, name: string): Promise<string>;
}

const WAYS: readonly Way[] = [
  {
    name: "by npm, on Node 22, compiled by TypeScript",
    install: (_, path, tarball) => installByNpm(path, tarball),
    async runFirst({ node, modules }, path): Promise<string> {
      assertStringIncludes(await mustRun(node, ["--version"], path), "v22.");
      await mustRun(node, [`${modules}/typescript/bin/tsc`], path);
      return await mustRun(node, ["program.js"], path);
    },
    run: ({ node }, path, name) => mustRun(node, [name], path),
  },
  {
    name: "by Bun, on Bun",
    install: ({ bun }, path, tarball) => mustRun(bun, ["add", tarball], path),
    runFirst: ({ bun }, path) => mustRun(bun, ["program.ts"], path),
    run: ({ bun }, path, name) => mustRun(bun, [name], path),
  },
  {
    name: "by npm, on Deno",
    install: (_, path, tarball) => installByNpm(path, tarball),
    runFirst: (_, path) => runDeno(path, "program.ts"),
    run: (_, path, name) => runDeno(path, name),
  },
];

function runDeno(path: string, name: string): Promise<string> {
  const args = ["run", "--quiet", "--no-lock", "--allow-all", name];
  return mustRun(Deno.execPath(), args, path);
}

Deno.test("the package installs into an empty folder and runs there", async (t) => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  for (const { name, install, runFirst, run } of WAYS) {
    await t.step(name, async (t) => {
      await using project = await emptyProject(projectFiles());
      const { path } = project;
      await install(tools, path, tarball);

      await t.step("nothing else is installed", async () => {
        const modules = `${path}/node_modules`;
        assertEquals(await namesIn(modules), ["@rocketride"]);
        assertEquals(await namesIn(`${modules}/@rocketride`), ["streams"]);
      });

      await t.step("the first program", async () => {
        assertStringIncludes(await runFirst(tools, path), OUTPUT);
      });

      await t.step("a program that finds its engine in .env", async () => {
        assertEquals(await run(tools, path, "env.js"), REFUSED);
      });

      await t.step("a program that has an engine behind a port", async () => {
        assertEquals(await run(tools, path, "serve.js"), SERVED);
      });

      await t.step("every entry has all that its source has", async () => {
        const printed = await run(tools, path, "names.js");
        assertEquals(JSON.parse(printed), await sourceNames());
      });

      await t.step("require() loads the same", async () => {
        const printed = await run(tools, path, "names.cjs");
        assertEquals(JSON.parse(printed), await sourceNames());
      });
    });
  }
  await t.step("with Node and TypeScript", (t) => onNode(t, tools, tarball));
});

async function onNode(
  t: Deno.TestContext,
  { node, modules }: Tools,
  tarball: string,
): Promise<void> {
  await using project = await emptyProject(projectFiles());
  const { path } = project;
  await installByNpm(path, tarball);

  await t.step("a CommonJS module of TypeScript's can use it", async () => {
    await mustRun(node, [`${modules}/typescript/bin/tsc`], path);
    assertEquals(await mustRun(node, ["common.cjs"], path), "true\n");
  });

  for (const version of ["typescript-oldest", "typescript"]) {
    await t.step(
      `es2022 and dom are libraries enough for ${version}`,
      async () => {
        const compiler = `${modules}/${version}/bin/tsc`;
        await mustRun(node, [compiler, "--project", "page.json"], path);
      },
    );
  }

  await t.step(
    "the root entry loads few files, and none of the engine",
    async () => {
      const printed = await mustRun(node, ["loaded.js"], path);
      const [client, engine] = JSON.parse(printed) as [string[], string[]];
      assert(client.length <= 8, client.join("\n"));
      assertEquals(await withEngine(client), []);
      assert((await withEngine(engine)).length > 0);
    },
  );

  for (const [entry] of ENTRIES) {
    await t.step(`an older one is told what is wrong by ${entry}`, async () => {
      const folder = await installTools({ node: OLD_NODE });
      const { code, stderr } = await runProgram(
        `${folder}/node_modules/.bin/node`,
        ["--input-type=module", "--eval", `await import("${entry}")`],
        path,
      );
      assertEquals(code, 1);
      assertStringIncludes(
        stderr,
        `Error: @rocketride/streams requires Node 22 or newer, and this is Node ${OLD_NODE}\n`,
      );
    });
  }
}

/** Visible names in a folder, sorted. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => !name.startsWith(".")).sort();
}

/** Those of some modules that have code of the engine or for it. */
async function withEngine(urls: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const url of urls) {
    const text = await Deno.readTextFile(new URL(url));
    if (/^\/\/ (lib\/engine|lib\/cli|node_modules)\//m.test(text)) {
      found.push(url);
    }
  }
  return found;
}
