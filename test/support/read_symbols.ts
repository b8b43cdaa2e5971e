import { mustRun } from "./run_program.ts";

/** Names that an entry exports, and the members of its types and classes. */
export async function readSymbols(
  entries: readonly string[],
  root: URL,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const entry of entries) {
    const args = ["doc", "--json", entry];
    collect(JSON.parse(await mustRun(Deno.execPath(), args, root)), names);
  }
  return names;
}

/**
 * Walk the tree that `deno doc` prints, whatever its version: a record with a
 * name and a definition is a symbol, and records with a name inside are its
 * members.
 */
function collect(node: unknown, names: Set<string>, owner?: string): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, names, owner);
    return;
  }
  if (typeof node !== "object" || node === null) return;
  const { name } = node as { name?: unknown };
  const named = typeof name === "string" ? name : undefined;
  if (named !== undefined) {
    names.add(owner === undefined ? named : `${owner}.${named}`);
  }
  for (const child of Object.values(node)) {
    collect(child, names, owner ?? named);
  }
}
