import { type Disk, diskOf } from "./_disk.ts";
import { fileFailure, noDisk, notAFile } from "./_file_failure.ts";

/**
 * Tell how large a file is, without opening it.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param disk What to look at. Default: the runtime's file system, if any.
 * @returns The size in bytes.
 * @throws {ValidationException} There is no such file, it is not a regular
 * file, it may not be read, or the runtime has no files; `code` says which.
 */
export async function statFile(
  path: string | URL,
  disk: Disk | undefined = diskOf(globalThis),
): Promise<number> {
  if (!disk) throw noDisk(path);
  let entry;
  try {
    entry = await disk.look(path);
  } catch (error) {
    throw fileFailure(path, error);
  }
  if (!entry.isFile) throw notAFile(path);
  return entry.size;
}
