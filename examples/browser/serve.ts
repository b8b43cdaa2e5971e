// deno-lint-ignore-file no-console -- a program: printing is its purpose
/**
 * Serves the page, and an engine for it, on one port.
 *
 *     deno run --allow-all examples/browser/serve.ts [port]
 *
 * Runs on Deno.
 *
 * @module
 */
import { createEngine } from "@rocketride/streams/engine";

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
};

/** Make one script of the page's modules. */
async function bundle(): Promise<Uint8Array<ArrayBuffer>> {
  const page = new URL("page.ts", import.meta.url).pathname;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform=browser", page],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("Cannot bundle the page");
  return stdout;
}

const script = await bundle();
const engine = createEngine();

Deno.serve({
  hostname: "127.0.0.1",
  port: Number(Deno.args[0] ?? 8000),
  onListen: ({ port }) => console.log(`Open http://127.0.0.1:${port}/`),
}, async (request, info) => {
  const path = new URL(request.url).pathname.slice(1) || "index.html";
  const type = TYPES[path];
  if (!type) return await engine.fetch(request, info);
  const body = path === "page.js"
    ? script
    : await Deno.readFile(new URL(path, import.meta.url));
  return new Response(body, { headers: { "content-type": type } });
});
