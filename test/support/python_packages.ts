import { cachedFolder, runInstaller } from "./tool_cache.ts";

/**
 * Install a Python package and what it needs, for tests against it.
 *
 * @param requirement A name with an exact version, as pip takes it.
 * @returns The folder for `PYTHONPATH`.
 */
export function installPython(requirement: string): Promise<string> {
  return cachedFolder({ python: requirement }, async (folder) => {
    const args = ["-m", "pip", "install", "--quiet", "--target", folder];
    await runInstaller("python3", [...args, requirement], folder);
  });
}

/** Tell whether there is a Python with its package installer. */
export async function hasPython(): Promise<boolean> {
  const command = new Deno.Command("python3", {
    args: ["-m", "pip", "--version"],
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}
