import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/**
 * Make a project that has files of its own, and no package yet.
 *
 * @param files Texts by name.
 */
export async function emptyProject(
  files: Readonly<Record<string, string>>,
): Promise<TempFolder> {
  const project = await tempFolder();
  const manifest = JSON.stringify({ type: "module", private: true });
  const all = { "package.json": manifest, ...files };
  for (const [name, text] of Object.entries(all)) {
    await Deno.writeTextFile(`${project.path}/${name}`, text);
  }
  return project;
}

/**
 * Install a package into a project, as its users do.
 *
 * @param path The folder of the project.
 * @param tarball The package.
 * @returns What npm said.
 */
export async function installByNpm(
  path: string,
  tarball: string,
): Promise<string> {
  const args = ["install", "--no-audit", "--no-fund", tarball];
  return await mustRun("npm", args, path);
}

/** The first program of the README, which newcomers try first. */
export async function firstProgram(): Promise<string> {
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const program = /^```ts\n(.*?)^```$/ms.exec(readme)?.[1];
  if (program === undefined) throw new Error("README.md has no program");
  return program;
}

/** Part of what that program prints. */
export const FIRST_OUTPUT = "id,name\\n1,Ada";
