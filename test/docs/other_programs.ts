import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { createEngine, serveEngine } from "../../lib/engine/mod.ts";
import {
  type Bindings,
  serveBundle,
  type WorkerServer,
} from "../conformance/runtimes/workerd_server.ts";
import { chromiumPath } from "../support/chromium_path.ts";
import { type ChildProgram, startChild } from "../support/child_program.ts";
import { installTools } from "../support/npm_tools.ts";
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";
import { digestOf } from "../support/use_engine.ts";
import type { Runtime } from "./marks.ts";
import { bundle, fileOf, forWorkers } from "./bundle.ts";

/** A server, a page or a test, and how it is tried in one runtime. */
export interface OtherProgram {
  /** Its file and runtime; several where they work together. */
  readonly tries: readonly (readonly [file: string, runtime: Runtime])[];
  /** Try it in a project with the package. */
  run(project: string): Promise<void>;
}

/** What examples import besides the package. */
export const EXAMPLE_PACKAGES: readonly string[] = [
  "hono@4.13.19",
  "@hono/node-server@1.19.19",
  ...[config.imports.mrmime, config.imports["cli-progress"]]
    .map((name) => name.replace("npm:", "")),
];

const DENO = [Deno.execPath(), "run", "--no-prompt", "--allow-all"];

/** All of them; a program for two runtimes is there twice. */
export const OTHER_PROGRAMS: readonly OtherProgram[] = [
  {
    tries: [["examples/run.ts", "Deno"]],
    async run(project): Promise<void> {
      const [deno = "", ...args] = [...DENO, "run.ts", "quick_start"];
      const printed = await mustRun(deno, args, `${project}/examples`);
      assertStringIncludes(printed, "Hello, pipeline!");
    },
  },
  {
    tries: [["examples/demo.ts", "Deno"]],
    async run(project): Promise<void> {
      const [deno = "", ...args] = [...DENO, "demo.ts", "files/report.html"];
      const printed = await mustRun(deno, args, `${project}/examples`);
      assertStringIncludes(printed, "report.html: 100%");
    },
  },
  {
    tries: [["examples/testing_an_app/triage_test.ts", "Deno"]],
    async run(project): Promise<void> {
      // The package for assertions comes from JSR, which not every machine reaches.
      const assert = new URL("test/links/std-assert/mod.ts", ROOT).href;
      const map = JSON.stringify({ imports: { "@std/assert": assert } });
      const args = [
        ...["test", "--allow-all", "--no-check", "--quiet"],
        `--import-map=data:application/json,${map}`,
      ];
      const folder = `${project}/examples/testing_an_app`;
      const printed = await mustRun(Deno.execPath(), args, folder);
      assertMatch(printed, /ok \| 3 passed \| 0 failed/);
    },
  },
  {
    tries: [["examples/watch_folder.ts", "Deno"]],
    async run(project): Promise<void> {
      await using inbox = await tempFolder();
      const [deno = "", ...args] = DENO;
      const program = `${project}/examples/watch_folder.ts`;
      await using child = startChild(deno, [...args, program, inbox.path]);
      assertEquals(await child.line(), `Watching ${inbox.path}`);
      await Deno.writeTextFile(`${inbox.path}/note.md`, "# Note");
      assertEquals(await child.line(), `${inbox.path}/note.md complete `);
      await interrupted(child);
    },
  },
  {
    tries: [["examples/hono/server.ts", "Node"]],
    async run(project): Promise<void> {
      const program = `${project}/examples/hono/server.ts`;
      await takesDocuments(await toolPath("node"), program);
    },
  },
  {
    tries: [["examples/bun_server.ts", "Bun"]],
    async run(project): Promise<void> {
      const program = `${project}/examples/bun_server.ts`;
      await takesDocuments(await toolPath("bun"), program);
    },
  },
  {
    tries: [["examples/worker/worker.ts", "Workers"]],
    async run(project): Promise<void> {
      await using worker = await serveExample(project, "worker.ts");
      const text = await (await post(worker)).text();
      const [, result = ""] = /^event: result\ndata: (.*)$/m.exec(text) ?? [];
      assertEquals(JSON.parse(result).metadata.sha256, await digestOf(BODY));
      assertEquals(await worker.stop(), "");
    },
  },
  {
    tries: [["examples/worker/session_object.ts", "Workers"]],
    async run(project): Promise<void> {
      const objects = { PIPELINE: "PipelineObject" };
      await using worker = await serveExample(project, "session_object.ts", {
        objects,
      });
      const { metadata } = await (await post(worker)).json();
      assertEquals(metadata.sha256, await digestOf(BODY));
      assertEquals(await worker.stop(), "");
    },
  },
  {
    tries: [["examples/worker/cron.ts", "Workers"]],
    async run(project): Promise<void> {
      await Deno.writeTextFile(`${project}/examples/worker/clock.js`, CLOCK);
      await using engine = createEngine({ auth: ["secret"] });
      await using server = await serveEngine(engine);
      await using worker = await serveExample(project, "clock.js", {
        texts: {
          FEED: "data:text/plain,news",
          ROCKETRIDE_URI: server.uri,
          ROCKETRIDE_APIKEY: "secret",
        },
      });
      const [{ metadata }] = await (await fetch(worker.origin)).json();
      const news = await digestOf(new TextEncoder().encode("news"));
      assertEquals(metadata.sha256, news);
      assertEquals(await worker.stop(), "");
    },
  },
  {
    tries: [["examples/vite/main.ts", "browsers"]],
    async run(project): Promise<void> {
      const tools = await installTools({ vite: "8.4.0" });
      const folder = `${project}/examples/vite`;
      const vite = `${tools}/node_modules/.bin/vite`;
      await mustRun(vite, ["build", "--logLevel=warn"], folder);
      await using server = Deno.serve(
        { hostname: "127.0.0.1", port: 0, onListen(): void {} },
        ({ url }) => fileOf(`${folder}/dist`, url),
      );
      const url = `http://127.0.0.1:${server.addr.port}/`;
      assertEquals(await drive("choosing_page_driver.ts", url), {
        items: ["page.html: 5 characters"],
        complaints: [],
      });
    },
  },
  {
    tries: [
      ["examples/browser/serve.ts", "Deno"],
      ["examples/browser/page.ts", "browsers"],
    ],
    async run(project): Promise<void> {
      const [deno = "", ...args] = DENO;
      const serve = `${project}/examples/browser/serve.ts`;
      await using server = startChild(deno, [...args, "--quiet", serve, "0"]);
      const url = (await server.line()).replace("Open ", "");
      const seen = Object(await drive("page_driver.ts", `${url}?engine=page`));
      assertEquals(seen.files, ["a.bin", "b.bin", "dropped.txt"]);
      assertEquals([seen.full, seen.complaints], [true, []]);
    },
  },
];

/** Fires the Cron Trigger for each request, as the platform would. */
const CLOCK = `import cron from "./cron.ts";
export default {
  async fetch(_request, env) {
    const works = [];
    cron.scheduled({}, env, { waitUntil: (work) => works.push(work) });
    return Response.json(await Promise.all(works));
  },
};
`;

const BODY = new Uint8Array(1024 * 1024).map((_, at) => at * 31);

/** A Worker of the examples, bundled as Cloudflare's own tool does. */
function serveExample(
  project: string,
  name: string,
  bindings?: Bindings,
): Promise<WorkerServer> {
  return serveBundle(async (folder) => {
    const script = `${folder}/worker.mjs`;
    await bundle(`${project}/examples/worker`, [name, ...forWorkers(script)]);
    return script;
  }, bindings);
}

function post({ origin }: { readonly origin: string }): Promise<Response> {
  const headers = { "content-type": "application/octet-stream" };
  return fetch(origin, { method: "POST", headers, body: BODY });
}

/** A server of the examples takes an upload, and ends when it is interrupted. */
async function takesDocuments(host: string, program: string): Promise<void> {
  await using child = startChild(host, [program, "0"]);
  const said = await child.line();
  assertMatch(said, /^Listening at http:\/\/.+\/$/);
  const origin = `${said.slice("Listening at ".length)}documents`;
  const { metadata } = await (await post({ origin })).json();
  assertEquals(metadata.sha256, await digestOf(BODY));
  await interrupted(child);
}

async function interrupted(child: ChildProgram): Promise<void> {
  child.kill("SIGINT");
  const { stdout, stderr } = await child.ended();
  assertEquals([stdout, stderr], ["", ""]);
}

/** Let a driver use a page; returns what it saw. */
async function drive(driver: string, url: string): Promise<unknown> {
  const tools = await installTools({ "playwright-core": "1.65.1" });
  const browser = await chromiumPath();
  const printed = await mustRun(Deno.execPath(), [
    ...["run", "--quiet", "--allow-all"],
    new URL(`test/support/${driver}`, ROOT).pathname,
    ...[url, browser!, `${tools}/node_modules/playwright-core`],
  ], ROOT);
  return JSON.parse(printed);
}
