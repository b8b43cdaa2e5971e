import { assertEquals, assertMatch } from "@std/assert";
import { buildPackage } from "../package/build_package.ts";
import { emptyProject, installByNpm } from "../package/project.ts";
import { chromiumPath, NO_CHROMIUM } from "../support/chromium_path.ts";
import { startChild } from "../support/child_program.ts";
import { installTools } from "../support/npm_tools.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";

/** A folder of an example, in a project that has the package. */
async function projectOf(example: string): ReturnType<typeof emptyProject> {
  await using packed = await tempFolder();
  const { tarball } = await buildPackage(packed.path);
  const files: Record<string, string> = {};
  const folder = new URL(`examples/${example}/`, ROOT);
  for await (const { name } of Deno.readDir(folder)) {
    files[name] = await Deno.readTextFile(new URL(name, folder));
  }
  const project = await emptyProject(files);
  await installByNpm(project.path, tarball);
  return project;
}

Deno.test("the example of a Hono server runs on Node as it is", async () => {
  await using project = await projectOf("hono");
  const packages = ["hono@4.13.19", "@hono/node-server@1.19.19"];
  const install = ["install", "--no-audit", "--no-fund", ...packages];
  await mustRun("npm", install, project.path);
  const node = await toolPath("node");
  const program = `${project.path}/server.ts`;
  await using child = startChild(node, [program, "0"]);
  const said = await child.line();
  assertMatch(said, /^Listening at http:\/\/localhost:\d+\/$/);
  const response = await fetch(
    `${said.slice("Listening at ".length)}documents`,
    {
      method: "POST",
      headers: { "content-type": "text/html" },
      body: "<p>Ada</p>",
    },
  );
  const { text, metadata } = await response.json();
  assertEquals(text, ["Ada\n\n"]);
  assertMatch(metadata.sha256, /^[\da-f]{64}$/);
  child.kill("SIGINT");
  assertEquals(await child.ended(), { code: 0, stdout: "", stderr: "" });
});

const browser = await chromiumPath();

Deno.test({
  name: `the example of a page for Vite works as Vite builds it${
    browser ? "" : ` (skipped: ${NO_CHROMIUM})`
  }`,
  ignore: browser === undefined,
  async fn(): Promise<void> {
    const tools = await installTools({
      "playwright-core": "1.65.1",
      vite: "8.4.0",
    });
    await using project = await projectOf("vite");
    const { path } = project;
    const vite = `${tools}/node_modules/.bin/vite`;
    await mustRun(vite, ["build", "--logLevel=warn"], path);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen(): void {} },
      (request) => fileOf(`${path}/dist`, request),
    );
    const driver = new URL("test/support/choosing_page_driver.ts", ROOT);
    const printed = await mustRun(Deno.execPath(), [
      "run",
      "--quiet",
      "--allow-all",
      driver.pathname,
      `http://127.0.0.1:${server.addr.port}/`,
      browser!,
      `${tools}/node_modules/playwright-core`,
    ], ROOT);
    assertEquals(JSON.parse(printed), {
      items: ["page.html: 5 characters"],
      complaints: [],
    });
  },
});

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html",
  js: "text/javascript",
};

async function fileOf(folder: string, { url }: Request): Promise<Response> {
  const { pathname } = new URL(url);
  const name = pathname === "/" ? "/index.html" : pathname;
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
  const bytes = await Deno.readFile(folder + name).catch(() => undefined);
  return new Response(bytes, {
    status: bytes ? 200 : 404,
    headers: { "content-type": type },
  });
}
