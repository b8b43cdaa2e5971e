import { storePath, storePathBelowRoot } from "../../protocol/store_path.ts";
import type { NodeFiles } from "../node.ts";
import type { Files } from "./files.ts";

/**
 * Let nodes use the files of a user, by the rules that clients have.
 *
 * @param files Asked for when a node uses them; few nodes do.
 */
export function nodeFiles(files: () => Files): NodeFiles {
  return {
    read: async (path, mostBytes = Infinity) => {
      const below = storePathBelowRoot(path);
      const { file, size } = await files().open(below, "r", always);
      try {
        const bytes = await file.read(0, Math.min(size, mostBytes));
        return { bytes, size };
      } finally {
        await file.close();
      }
    },
    write: async (path, bytes) =>
      await files().update(
        storePathBelowRoot(path),
        () => Promise.resolve(bytes),
      ),
    remove: async (path) => await files().removeFile(storePathBelowRoot(path)),
    list: async (path) => await files().list(storePath(path)),
    makeDirectory: async (path) =>
      await files().makeDirectory(storePathBelowRoot(path)),
    stat: async (path) => await files().stat(storePath(path)),
  };
}

function always(): boolean {
  return true;
}
