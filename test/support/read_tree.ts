/** The repository's root. */
export const ROOT: URL = new URL("../../", import.meta.url);

/**
 * Read all files of a kind below some folders or paths of the repository.
 *
 * @param paths Folders and files, relative to the root; missing ones have none.
 * @param ending How the names of the files end.
 * @returns The texts by path.
 */
export async function readTree(
  paths: readonly string[],
  ending = ".ts",
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const path of paths) await collect(path, ending, files);
  return files;
}

async function collect(
  path: string,
  ending: string,
  files: Map<string, string>,
): Promise<void> {
  const url = new URL(path, ROOT);
  const info = await Deno.stat(url).catch(() => undefined);
  if (info?.isFile && path.endsWith(ending)) {
    files.set(path, await Deno.readTextFile(url));
  } else if (info?.isDirectory) {
    const names = await Array.fromAsync(Deno.readDir(url), ({ name }) => name);
    for (const name of names.sort()) {
      await collect(`${path}/${name}`, ending, files);
    }
  }
}
