import type { MaybeSignal } from "../async.ts";
import type { FileItem } from "./_file_item.ts";
import { eachInTurn } from "./_each_in_turn.ts";

/** How many files are looked at at once. */
const AT_ONCE = 16;

/** See to it that every file that has a path is there, and is a file. */
export async function checkPaths(
  items: readonly FileItem[],
  signal: MaybeSignal,
): Promise<void> {
  const paths = items.flatMap(({ path }) => path === undefined ? [] : [path]);
  if (paths.length === 0) return;
  const { statFile } = await import("../runtime/files.ts");
  const missing = new AbortController();
  await eachInTurn({
    values: paths,
    concurrency: AT_ONCE,
    signal,
    ended: missing.signal,
    async act(path): Promise<void> {
      try {
        await statFile(path);
      } catch (error) {
        missing.abort(error);
      }
    },
  });
  missing.signal.throwIfAborted();
}
