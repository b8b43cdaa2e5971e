/** The repository's root. */
export const ROOT: URL = new URL("../../", import.meta.url);

/**
 * The sources of the engine's page. They are not shipped; the module that is
 * built from them is, and `test/page` checks them.
 */
export const PAGE_SOURCES = "lib/page/app";

/**
 * Read all files of a kind below some folders or paths of the repository.
 *
 * @param paths Folders and files, relative to the root; missing ones have none.
 * @param ending How the names of the files end.
 * @returns The texts by path, without {@linkcode PAGE_SOURCES}.
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
  if (path === PAGE_SOURCES) return;
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
