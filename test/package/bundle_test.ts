import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { mustRun, runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { emptyProject, installByNpm, OUTPUT, PROGRAM } from "./project.ts";
import { packagingTools, type Tools } from "./tools.ts";

/** A program that has everything of the client and nothing of the engine. */
const CLIENT = Object.keys(config.exports)
  .filter((entry) => !["./engine", "./cli", "./page"].includes(entry))
  .map((entry, at) =>
    `import * as part${at} from "${config.name}${entry.slice(1)}";
console.log(part${at});
`
  ).join("");

/** Runs the first program, and fails unless it printed what it should. */
const WORKER = `
export default {
  async test() {
    const printed = [];
    console.log = (value) => printed.push(JSON.stringify(value));
    await import("./program.ts");
    if (!printed.join().includes(${JSON.stringify(OUTPUT)})) {
      throw new Error("Printed: " + printed.join());
    }
  },
};
`;

const WORKERD_CONFIG = `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(
  name = "program",
  worker = (
    modules = [(name = "bundle.js", esModule = embed "bundle.js")],
    compatibilityDate = "2025-09-01",
  ),
)]);
`;

/** Shows what the first program prints. */
const PAGE = `
console.log = (value) => document.body.append(JSON.stringify(value));
await import("./program.ts");
`;

/** Where a bundle is to run, and the flags for it. */
const TARGETS = {
  browser: ["--platform=browser"],
  // What Cloudflare's own tool does.
  workerd: ["--platform=browser", "--conditions=workerd,worker,browser"],
} as const;

/** What a bundle is made of, as esbuild tells. */
interface Bundle {
  /** Paths of the modules that have a part in it. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it still imports when it runs. */
  readonly imports: readonly { readonly path: string }[];
}

/** Bundle a program into one file, beside it, and hear no complaint. */
async function bundle(
  { esbuild }: Tools,
  folder: string,
  entry: string,
  target: keyof typeof TARGETS,
): Promise<Bundle> {
  const { code, stderr } = await runProgram(esbuild, [
    entry,
    "--bundle",
    "--format=esm",
    "--target=es2022",
    ...TARGETS[target],
    "--outfile=bundle.js",
    "--metafile=bundle.json",
    "--log-level=warning",
  ], folder);
  assertEquals([code, stderr], [0, ""]);
  const { outputs } = JSON.parse(
    await Deno.readTextFile(`${folder}/bundle.json`),
  );
  return outputs["bundle.js"];
}

const browser = await chromiumPath();
const missing = browser ? "" : ` (skipped: ${NO_CHROMIUM})`;

Deno.test("the package can be bundled, and the bundles run", async (t) => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  await using project = await emptyProject({
    "client.js": CLIENT,
    "program.ts": PROGRAM,
    "page.js": PAGE,
    "worker.js": WORKER,
    "config.capnp": WORKERD_CONFIG,
  });
  const { path } = project;
  await installByNpm(path, tarball);

  for (const target of ["browser", "workerd"] as const) {
    await t.step(
      `a client for ${target} has neither the engine, its page nor the command in it`,
      async () => {
        const { inputs, imports } = await bundle(
          tools,
          path,
          "client.js",
          target,
        );
        assertEquals(imports, []);
        const modules = Object.keys(inputs)
          .filter((name) => name.startsWith("node_modules/"));
        for (const name of modules) {
          const text = await Deno.readTextFile(`${path}/${name}`);
          const other = /^\/\/ lib\/(engine|cli|page)\/.*/m.exec(text)?.[0];
          assertEquals(other, undefined, name);
        }
        assertEquals(
          modules.filter((name) => name.includes("/vendor/"))
            .map((name) => name.slice(name.lastIndexOf("/") + 1)).sort(),
          ["mrmime.js", "none.js"],
        );
      },
    );

    await t.step(`nothing for ${target} looks for Node`, async () => {
      await bundle(tools, path, "client.js", target);
      const text = await Deno.readTextFile(`${path}/bundle.js`);
      assert(!/requires_node_22|requires Node/.test(text));
    });
  }

  await t.step("the first program runs on workerd", async () => {
    assertEquals(
      (await bundle(tools, path, "worker.js", "workerd")).imports,
      [],
    );
    await mustRun(tools.workerd, ["test", "config.capnp"], path);
  });

  await t.step({
    name: `the first program runs in a browser${missing}`,
    ignore: browser === undefined,
    async fn(): Promise<void> {
      assertEquals(
        (await bundle(tools, path, "page.js", "browser")).imports,
        [],
      );
      const script = await Deno.readTextFile(`${path}/bundle.js`);
      assert(!script.includes("</script"));
      await Deno.writeTextFile(
        `${path}/page.html`,
        `<!doctype html><body><script type="module">${script}</script>`,
      );
      const page = await mustRun(browser!, [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${path}/profile`,
        "--virtual-time-budget=30000",
        "--dump-dom",
        `file://${path}/page.html`,
      ], path);
      assertStringIncludes(
        page.slice(page.lastIndexOf("</script>")),
        OUTPUT,
      );
    },
  });
});
