import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { buildPackage } from "./build_package.ts";
import { bundle } from "./bundle.ts";
import { firstProgram } from "./first_program.ts";
import { installedProject } from "./installed_project.ts";
import { packagingTools } from "./tools.ts";

/** Part of what the README's first program prints. */
const PRINTED = "id,name\\n1,Ada";

/** A program that has everything of the client and nothing of the engine. */
const CLIENT = Object.keys(config.exports)
  .filter((entry) => entry !== "./engine" && entry !== "./cli")
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
    if (!printed.join().includes(${JSON.stringify(PRINTED)})) {
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

const browser = await chromiumPath();
const missing = browser ? "" : ` (skipped: ${NO_CHROMIUM})`;

Deno.test("the package can be bundled, and the bundles run", async (t) => {
  await using target = await tempFolder();
  const { tarball } = await buildPackage(target.path);
  const tools = await packagingTools();
  await using project = await installedProject(tarball, {
    "client.js": CLIENT,
    "program.ts": await firstProgram(),
    "page.js": PAGE,
    "worker.js": WORKER,
    "config.capnp": WORKERD_CONFIG,
  });
  const { path } = project;

  for (const target of ["browser", "workerd"] as const) {
    await t.step(`a client for ${target} has no engine in it`, async () => {
      const { inputs, imports } = await bundle(
        tools,
        path,
        "client.js",
        target,
      );
      assertEquals(imports, []);
      const foreign = Object.keys(inputs).filter((name) =>
        !/\/streams\/(mod\.js|schema\/|no_env_parser\.js|lib\/(?!engine\/|cli\/))/
          .test(name)
      );
      assertEquals(foreign, ["node_modules/mrmime/index.mjs", "client.js"]);
    });
  }

  await t.step("the README's first program runs on workerd", async () => {
    assertEquals(
      (await bundle(tools, path, "worker.js", "workerd")).imports,
      [],
    );
    await mustRun(tools.workerd, ["test", "config.capnp"], path);
  });

  await t.step({
    name: `the README's first program runs in a browser${missing}`,
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
      assertStringIncludes(page.slice(page.lastIndexOf("</script>")), PRINTED);
    },
  });
});
