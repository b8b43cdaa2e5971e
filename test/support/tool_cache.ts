/**
 * A folder of the user's cache, outside of the tree, that is filled once and
 * then shared by all who ask for the same content.
 *
 * Processes that ask at the same time wait for the one that came first.
 *
 * @param content What tells one folder from another, as JSON can hold it; the
 * same content on another kind of machine is another folder.
 * @param fill Fills the folder, which is empty.
 * @returns The folder's path.
 */
export async function cachedFolder(
  content: unknown,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = `${cacheFolder()}/${await digest(content)}`;
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
  await fill(folder);
  await Deno.writeTextFile(complete, "");
  return folder;
}

/**
 * Run a program that installs something.
 *
 * @throws {Error} It failed; the message has what it said.
 */
export async function runInstaller(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  const said = new TextDecoder().decode(stderr);
  throw new Error(`${program} ${args[0]} failed:\n${said}`);
}

function cacheFolder(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${home}/rocketride-streams-tools`;
}

async function digest(content: unknown): Promise<string> {
  const { os, arch } = Deno.build;
  const text = new TextEncoder().encode(JSON.stringify([os, arch, content]));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return hash.subarray(0, 8).toHex();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
