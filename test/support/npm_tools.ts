import { cachedFolder, runInstaller } from "./tool_cache.ts";

/**
 * Install programs and libraries from npm that only tests and tasks need, such
 * as another runtime, a bundler, or an old compiler.
 *
 * @param tools Exact versions by name. `npm:name@version` as a version installs
 * a package under another name, so that two versions of it can be there.
 * @returns The folder that has `node_modules`, with programs in
 * `node_modules/.bin`.
 */
export function installTools(
  tools: Readonly<Record<string, string>>,
): Promise<string> {
  const dependencies = Object.fromEntries(Object.entries(tools).sort());
  return cachedFolder(dependencies, async (folder) => {
    await Deno.writeTextFile(
      `${folder}/package.json`,
      JSON.stringify({ private: true, dependencies }, null, 2),
    );
    const args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
    await runInstaller("npm", args, folder);
  });
}
