import { tempFolder } from "./temp_folder.ts";

/**
 * Run a test with files on disk, which are gone afterwards.
 *
 * @param contents Contents by name.
 * @param test Gets the path of the folder that has them.
 */
export async function withFiles(
  contents: Readonly<Record<string, string | Uint8Array>>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  await using folder = await tempFolder();
  for (const [name, content] of Object.entries(contents)) {
    const bytes = typeof content === "string"
      ? new TextEncoder().encode(content)
      : content;
    await Deno.writeFile(`${folder.path}/${name}`, bytes);
  }
  await test(folder.path);
}
