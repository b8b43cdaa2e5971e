import { ROOT } from "./read_tree.ts";
import { mustRun } from "./run_program.ts";
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

/**
 * Run a Python program with the packages of such a folder.
 *
 * @returns What it printed.
 * @throws {Error} It failed; the message has everything it printed.
 */
export function runPython(
  packages: string,
  args: readonly string[],
): Promise<string> {
  // Without the files that Python would leave beside the program.
  return mustRun("python3", ["-B", ...args], ROOT, { PYTHONPATH: packages });
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
