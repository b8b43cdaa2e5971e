import { mustRun } from "../support/run_program.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

/**
 * Make a project that has files of its own and, by npm, one package.
 *
 * @param tarball The package.
 * @param files Texts by name.
 */
export async function installedProject(
  tarball: string,
  files: Readonly<Record<string, string>>,
): Promise<TempFolder> {
  const project = await emptyProject(files);
  await mustRun(
    "npm",
    ["install", "--no-audit", "--no-fund", tarball],
    project.path,
  );
  return project;
}

/** The same without a package. */
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
