import { mustRun } from "../support/run_program.ts";
import { toolPath } from "../support/tool_path.ts";

/**
 * Bundle a program of a project.
 *
 * @param folder Where the program is.
 * @param args The program and what esbuild needs to know besides.
 */
export async function bundle(
  folder: string,
  args: readonly string[],
): Promise<void> {
  const flags = ["--bundle", "--format=esm", "--log-level=warning"];
  await mustRun(await toolPath("esbuild"), [...flags, ...args], folder);
}

/** The arguments of {@linkcode bundle} for a Worker, as Cloudflare's tool has them. */
export function forWorkers(script: string): readonly string[] {
  return [
    "--platform=browser",
    "--conditions=workerd,worker,browser",
    "--target=es2022",
    `--outfile=${script}`,
  ];
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
};

/** Answer a browser with a file of a folder. */
export async function fileOf(folder: string, url: string): Promise<Response> {
  const { pathname } = new URL(url);
  const name = pathname === "/" ? "/index.html" : pathname;
  const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain";
  const bytes = await Deno.readFile(folder + name).catch(() => undefined);
  return new Response(bytes, {
    status: bytes ? 200 : 404,
    headers: { "content-type": type },
  });
}
