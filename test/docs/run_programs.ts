import { createEngine, serveEngine } from "../../lib/engine/mod.ts";
import { RUN_MS } from "../conformance/runtimes/limits.ts";
import { serveBundle } from "../conformance/runtimes/workerd_server.ts";
import { CHROMIUM_FLAGS } from "../support/chromium_path.ts";
import { startChild } from "../support/child_program.ts";
import { inTime } from "../support/in_time.ts";
import { runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";
import { bundle, fileOf, forWorkers } from "./bundle.ts";
import { ENGINE_VARIABLE, type Played } from "./stage.ts";

/**
 * Runs programs of a project in one runtime, each with an engine of its own.
 *
 * @param project A folder with the package, the programs and the modules of
 * `stageModules`.
 * @param files The files of the programs.
 * @param hear Is told what each did.
 */
export type RunPrograms = (
  project: string,
  files: readonly string[],
  hear: (file: string, played: Played) => void,
) => Promise<void>;

/** How a process is told of the module that prepares it, and the program. */
const LAUNCHERS = {
  Deno: (): string[] => [
    ...[Deno.execPath(), "run", "--no-prompt", "--allow-all"],
    "--preload",
  ],
  Bun: async (): Promise<string[]> => [await toolPath("bun"), "--preload"],
  Node: async (): Promise<string[]> => [await toolPath("node"), "--import"],
};

/**
 * A process for each program, in the program's folder. It has to end by itself,
 * and without a complaint.
 *
 * @param isBundled Whether a bundler makes one script of a program before.
 */
export function inProcesses(
  host: keyof typeof LAUNCHERS,
  isBundled: boolean,
): RunPrograms {
  return async (project, files, hear) => {
    const [command = "", ...args] = await LAUNCHERS[host]();
    for (const file of files) {
      const at = file.lastIndexOf("/");
      const folder = `${project}/${file.slice(0, at)}`;
      let name = file.slice(at + 1);
      if (isBundled) {
        const script = name.replace(/\.\w+$/, ".bundle.mjs");
        await bundle(folder, [
          ...[name, "--platform=node", "--packages=external"],
          ...["--target=node22", `--outfile=${script}`],
        ]);
        name = script;
      }
      await withEngine(async (engine) => {
        const { code, stdout, stderr } = await runProgram(
          command,
          [...args, `${project}/preload.mjs`, name],
          folder,
          { [ENGINE_VARIABLE]: engine },
        );
        const failure = code === 0 ? stderr : `${code}: ${stdout}${stderr}`;
        hear(file, { printed: stdout, failure });
      });
    }
  };
}

/** A Worker that has all programs in it, and a request for each. */
export const inWorkers: RunPrograms = async (
  project: string,
  files: readonly string[],
  hear: (file: string, played: Played) => void,
): Promise<void> => {
  await using worker = await serveBundle(async (folder) => {
    const script = `${folder}/worker.mjs`;
    await bundle(project, ["worker.mjs", ...forWorkers(script)]);
    return script;
  });
  for (const file of files) {
    await withEngine(async (engine) => {
      const body = JSON.stringify({ file, engine });
      const response = await fetch(worker.origin, { method: "POST", body });
      const text = await response.text();
      hear(
        file,
        response.ok ? JSON.parse(text) : { printed: "", failure: text },
      );
    });
  }
  const complaints = await worker.stop();
  if (complaints !== "") throw new Error(complaints);
};

/**
 * A page of a browser for each program, one after the other, from a server that
 * has the project's files.
 *
 * @param browser The path of Chromium.
 */
export function inBrowser(browser: string): RunPrograms {
  return async (project, files, hear) => {
    await using profile = await tempFolder();
    // Beside the programs, since they look for files from where they are.
    await bundle(project, [
      ...["page.mjs", "--splitting", "--outdir=examples"],
      ...["--platform=browser", "--target=es2022"],
    ]);
    const done = Promise.withResolvers<void>();
    const left = [...files];
    let engine: Served | undefined;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen(): void {} },
      async (request) => {
        switch (new URL(request.url).pathname) {
          case "/":
            return new Response(PAGE, { headers: { "content-type": HTML } });
          case "/job": {
            const [file] = left;
            if (file === undefined) {
              done.resolve();
              return Response.json(null);
            }
            engine = await served();
            return Response.json({ file, engine: engine.uri });
          }
          case "/played":
            hear(left.shift()!, await request.json());
            await engine?.close();
            return new Response(null, { status: 204 });
          default:
            return await fileOf(project, request.url);
        }
      },
    );
    await using child = startChild(browser, [
      ...CHROMIUM_FLAGS,
      "--disable-dev-shm-usage", // containers have little of it
      `--user-data-dir=${profile.path}/profile`,
      `http://127.0.0.1:${server.addr.port}/`,
    ], { env: { TMPDIR: profile.path }, lifeMs: Infinity });
    if (!await inTime(child.until(done.promise), RUN_MS)) {
      await engine?.close();
      throw new Error(`The browser was not done with ${left[0]}`);
    }
  };
}

const HTML = "text/html; charset=utf-8";

const PAGE = `<!doctype html><script type="module" src="/examples/page.js">` +
  "</script>";

/** An engine behind a port. */
interface Served {
  readonly uri: string;
  close(): Promise<void>;
}

async function served(): Promise<Served> {
  // The key of the examples.
  const engine = createEngine({ auth: ["my-key"] });
  const server = await serveEngine(engine);
  return {
    uri: `${server.uri.replace("http", "ws")}/task/service`,
    async close(): Promise<void> {
      await engine.close();
      await server.close();
    },
  };
}

async function withEngine(work: (uri: string) => Promise<void>): Promise<void> {
  const { uri, close } = await served();
  try {
    await work(uri);
  } finally {
    await close();
  }
}
