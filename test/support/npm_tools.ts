/**
 * Install programs and libraries from npm that only tests and tasks need, such
 * as another runtime, a bundler, or an old compiler.
 *
 * They go into the user's cache, outside of the tree: a folder for each set,
 * which is installed once and shared by all who ask for the same set. Processes
 * that ask at the same time wait for the one that came first.
 *
 * @param tools Exact versions by name. `npm:name@version` as a version installs
 * a package under another name, so that two versions of it can be there.
 * @returns The folder that has `node_modules`, with programs in
 * `node_modules/.bin`.
 */
export async function installTools(
  tools: Readonly<Record<string, string>>,
): Promise<string> {
  const dependencies = Object.fromEntries(Object.entries(tools).sort());
  const folder = `${cacheFolder()}/${await digest(dependencies)}`;
  const complete = `${folder}/complete`;
  if (await exists(complete)) return folder;
  await Deno.mkdir(cacheFolder(), { recursive: true });
  using lock = await Deno.open(`${folder}.lock`, { create: true, write: true });
  await lock.lock(true); // until it is closed
  if (await exists(complete)) return folder;
  await Deno.remove(folder, { recursive: true }).catch(() => {
    // nobody began before
  });
  await Deno.mkdir(folder);
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify({ private: true, dependencies }, null, 2),
  );
  await npmInstall(folder);
  await Deno.writeTextFile(complete, "");
  return folder;
}

async function npmInstall(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--no-audit", "--no-fund", "--loglevel=error"],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  throw new Error(`npm install failed:\n${new TextDecoder().decode(stderr)}`);
}

function cacheFolder(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${home}/rocketride-streams-tools`;
}

/** A name for a set of tools; the same set on another machine is another. */
async function digest(dependencies: object): Promise<string> {
  const { os, arch } = Deno.build;
  const set = new TextEncoder().encode(
    JSON.stringify([os, arch, dependencies]),
  );
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", set));
  return hash.subarray(0, 8).toHex();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
