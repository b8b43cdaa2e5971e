import { bundleProgram } from "../../support/bundle_program.ts";
import {
  CHROMIUM_FLAGS,
  chromiumPath,
  NO_CHROMIUM,
} from "../../support/chromium_path.ts";
import { startChild } from "../../support/child_program.ts";
import { inTime } from "../../support/in_time.ts";
import type { Job, Message } from "../job.ts";
import { type Hearing, hearing, NOTHING_UNHANDLED } from "./hearing.ts";
import { RUN_MS } from "./limits.ts";
import type { Runtime } from "./runtime.ts";

const PROGRAM = "test/conformance/programs/page.ts";

const FLAGS = [
  ...CHROMIUM_FLAGS,
  "--disable-dev-shm-usage", // containers have little of it
];

/**
 * Chromium, with a page that comes from a server of its own on this machine
 * and posts its reports there. Nothing drives the browser: a debugger would
 * copy each frame of every socket.
 */
export const CHROMIUM: Runtime = {
  name: "chromium",
  checks: [NOTHING_UNHANDLED],
  async missing(): Promise<string | undefined> {
    return await chromiumPath() === undefined ? NO_CHROMIUM : undefined;
  },
  async run(job, report): Promise<void> {
    const path = await chromiumPath();
    if (path === undefined) throw new Error(NO_CHROMIUM);
    const ears = hearing(report);
    const folder = await Deno.makeTempDir();
    try {
      const page = await bundleProgram(PROGRAM, folder, "browser");
      const script = await Deno.readTextFile(page);
      await using server = servePage(script, job, ears);
      const url = `http://127.0.0.1:${server.addr.port}/`;
      await using browser = startChild(path, [
        ...FLAGS,
        `--user-data-dir=${folder}/profile`,
        url,
      ], { env: { TMPDIR: folder }, lifeMs: Infinity });
      if (!await inTime(browser.until(ears.done), RUN_MS)) {
        ears.hear({
          type: "unhandled",
          text: `The page was not done after ${RUN_MS} ms`,
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true }).catch(() => {
        // one of its processes is still there; the folder is temporary anyway
      });
    }
    ears.end();
  },
};

function servePage(
  script: string,
  job: Job,
  ears: Hearing,
): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen(): void {},
  }, async (request) => {
    switch (new URL(request.url).pathname) {
      case "/":
        return new Response(
          `<!doctype html><script type="module" src="/page.js"></script>`,
          { headers: { "content-type": "text/html; charset=utf-8" } },
        );
      case "/page.js":
        return new Response(script, {
          headers: { "content-type": "text/javascript; charset=utf-8" },
        });
      case "/job":
        return Response.json(job);
      case "/message":
        ears.hear(await request.json() as Message);
        return new Response(null, { status: 204 });
      default:
        return new Response(null, { status: 404 });
    }
  });
}
