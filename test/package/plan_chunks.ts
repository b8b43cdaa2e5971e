import type { Edge } from "../support/import_graph.ts";

/**
 * The functions that most programs use. What none of them needs at once can be
 * left out of such a program.
 */
const COMMON = ["connect", "use", "pipe", "send", "close"];

/**
 * Say which modules belong together in one file of the package.
 *
 * Left alone, a bundler makes a file of each set of modules that the same
 * entries need. That is many small files, which take Node long to load. It also
 * mixes what `use` loads late by `import()` with what other functions need at
 * once, and a program without those functions could no longer leave it out.
 *
 * - `schema` has what the entry `./schema` needs. It stands alone, since a
 *   program may import nothing else.
 * - `base` has what the root entry shares with the engine. Bundlers that split
 *   keep a file whole, so a page would load all of the client with the engine.
 * - `pipe` has what is only in the way of `pipe`: a bundler keeps a class that
 *   extends one of the platform's, used or not.
 * - What the common functions load late, and the root entry needs at once for
 *   others, has a file of its own with all that it needs and they do not.
 * - `rest` has those others.
 * - `client` has all else of the root entry. The entry itself only re-exports:
 *   bundlers take what a file imports for needed when anything of it is used.
 *
 * All other modules are left to the bundler.
 *
 * @param edges The imports of all modules.
 * @param exports The entries' paths by name, as in the configuration.
 * @param text The text of the root entry.
 * @returns Paths of modules by the name of their file. A file imports those
 * that come before it, and no other.
 */
export function planChunks(
  edges: readonly Edge[],
  exports: Readonly<Record<string, string>>,
  text: string,
): Record<string, readonly string[]> {
  const imports = Map.groupBy(
    edges.filter(({ to, typeOnly }) => to !== undefined && !typeOnly),
    ({ from }) => from,
  );

  /** Modules and all that they need at once. */
  function needs(...paths: string[]): ReadonlySet<string> {
    const found = new Set(paths);
    // A set hands out what is added while it is being walked.
    for (const path of found) {
      for (const { to, dynamic } of imports.get(path) ?? []) {
        if (!dynamic) found.add(to!);
      }
    }
    return found;
  }

  const entry = (name: string): string => exports[name]!.replace("./", "");
  const root = needs(entry("."));
  const schema = needs(entry("./schema"));
  const common = needs(...modulesOf(COMMON, text)).union(schema);
  const late = [...imports.values()].flat()
    .filter(({ to = "", dynamic }) => dynamic && root.has(to))
    .map(({ to = "" }) => [nameOf(to), needs(to).difference(common)] as const);
  const others = COMMON.filter((name) => name !== "pipe");
  const pipe = needs(...modulesOf(["pipe"], text))
    .difference(needs(...modulesOf(others, text)).union(schema));
  const apart = new Set([...pipe, ...late.flatMap(([, paths]) => [...paths])]);
  const client = [...root].filter((path) => needs(path).isDisjointFrom(apart));
  const engine = needs(entry("./engine"));
  const files = [
    ["schema", schema],
    ["base", client.filter((path) => engine.has(path))],
    ["client", client],
    ["pipe", pipe],
    ...late,
    ["rest", root],
  ] as const;

  const taken = new Set(Object.keys(exports).map(entry));
  return Object.fromEntries(
    files.map(([name, paths]) => {
      const left = [...paths].filter((path) => !taken.has(path)).sort();
      for (const path of left) taken.add(path);
      return [name, left];
    }),
  );
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".ts".length);
}

/** The modules from which an entry exports some names. */
function modulesOf(names: readonly string[], text: string): string[] {
  const found = new Map<string, string>();
  for (const [, list, path] of text.matchAll(/\{([^}]*)\} from "\.\/(.*)"/g)) {
    for (const name of list!.split(",")) found.set(name.trim(), path!);
  }
  return names.map((name) => {
    const path = found.get(name);
    if (path === undefined) throw new Error(`The root entry has no ${name}()`);
    return path;
  });
}
