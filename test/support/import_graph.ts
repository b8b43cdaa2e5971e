import { type ModuleScan, scanModule } from "./scan_module.ts";

/** Modules by path, relative to the repository's root, with their texts. */
export type FileMap = ReadonlyMap<string, string>;

/** One module's dependence on another, or on something outside. */
export interface Edge {
  /** The path of the module that imports. */
  readonly from: string;
  /** The path of the module that is imported; absent for what is outside. */
  readonly to: string | undefined;
  /** What the import says; absent for a computed `import()`. */
  readonly specifier: string | undefined;
  /** Whether it is an `import()`. */
  readonly dynamic: boolean;
  /** Whether nothing but types is imported. */
  readonly typeOnly: boolean;
}

/** The modules of a repository and how they depend on each other. */
export interface ImportGraph {
  /** Modules by path. */
  readonly files: FileMap;
  /** What each module says, by path. */
  readonly scans: ReadonlyMap<string, ModuleScan>;
  /** All dependences, type-only ones included. */
  readonly edges: readonly Edge[];
  /** The package's entries: paths by name, as `exports` of its configuration. */
  readonly entries: ReadonlyMap<string, string>;
}

/** The name under which the package's own entries are imported. */
const PACKAGE = "@rocketride/streams";

/**
 * Read the import graph of a set of modules.
 *
 * @param files The modules' texts by path.
 * @param exports The package's `exports`, such as `{ ".": "./mod.ts" }`.
 */
export function importGraph(
  files: FileMap,
  exports: Readonly<Record<string, string>>,
): ImportGraph {
  const entries = new Map(
    Object.entries(exports).map(([name, path]) => [
      name.replace(/^\./, PACKAGE),
      path.replace(/^\.\//, ""),
    ]),
  );
  const scans = new Map(
    [...files].map(([path, text]) => [path, scanModule(text)]),
  );
  const edges = [...scans].flatMap(([from, { references }]) =>
    references.map(({ specifier, dynamic, typeOnly }): Edge => ({
      from,
      to: specifier === undefined
        ? undefined
        : entries.get(specifier) ?? resolve(from, specifier),
      specifier,
      dynamic,
      typeOnly,
    }))
  );
  return { files, scans, edges, entries };
}

/** The path that a relative specifier leads to. */
function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith("./") && !specifier.startsWith("../")) {
    return undefined;
  }
  const steps = from.split("/").slice(0, -1);
  for (const step of specifier.split("/")) {
    if (step === "..") {
      if (steps.pop() === undefined) return undefined;
    } else if (step !== ".") {
      steps.push(step);
    }
  }
  return steps.join("/");
}

/**
 * All modules that one module leads to, itself included, each with the path of
 * imports that leads there.
 */
export function reachableFrom(
  graph: ImportGraph,
  start: string,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>([[start, [start]]]);
  // A map hands out what is added while it is being walked.
  for (const [path, way] of found) {
    for (const { from, to } of graph.edges) {
      if (from !== path || to === undefined || found.has(to)) continue;
      found.set(to, [...way, to]);
    }
  }
  return found;
}

/**
 * A cycle in a graph of names, as the names along it; `undefined` when there
 * is none.
 */
export function findCycle(
  edges: readonly (readonly [from: string, to: string])[],
): readonly string[] | undefined {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) {
    next.set(from, (next.get(from) ?? new Set()).add(to));
  }
  const done = new Set<string>();
  const walk = (name: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(name)) return [...way.slice(way.indexOf(name)), name];
    if (done.has(name)) return undefined;
    for (const other of next.get(name) ?? []) {
      const cycle = walk(other, [...way, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of next.keys()) {
    const cycle = walk(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The modules that lead back to themselves, through types as well. */
export function filesInCycles({ edges }: Pick<ImportGraph, "edges">): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (to !== undefined) next.set(from, [...next.get(from) ?? [], to]);
  }
  return [...next.keys()].filter((start) => {
    const found = new Set(next.get(start));
    // A set also visits what is added during the iteration.
    for (const path of found) {
      for (const other of next.get(path) ?? []) found.add(other);
    }
    return found.has(start);
  });
}
