/**
 * Imported after the library; see `_import_begin.ts`.
 *
 * @module
 */
import { restore } from "./_import_begin.ts";

/** What was used while the library was imported. */
export const usedByImport: readonly string[] = restore();
