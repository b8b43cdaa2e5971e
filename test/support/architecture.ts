import {
  type Edge,
  filesInCycles,
  findCycle,
  type ImportGraph,
  reachableFrom,
} from "./import_graph.ts";
import { unseenReferences } from "./house_figures.ts";

/** The layers, lowest first; a folder that is not listed has none. */
const FLOORS: Readonly<Record<string, number>> = {
  schema: 1,
  ground: 1,
  protocol: 2,
  transport: 3,
  session: 4,
  runtime: 5,
  task: 5,
  pipe: 5,
  chat: 5,
  events: 5,
  service: 5,
  store: 5,
  admin: 5,
};

/** Files directly in `lib/` that every other module may use. */
const GROUND = [
  "lib/async.ts",
  "lib/bounded_queue.ts",
  "lib/bytes.ts",
  "lib/check.ts",
  "lib/errors.ts",
  "lib/fetch_place.ts",
  "lib/version.ts",
];

/** What the embedded engine may use, besides itself, `schema/` and the ground. */
const ENGINE_MAY_USE = [
  /^lib\/protocol\//,
  /^lib\/transport\/(transport|memory)\.ts$/,
];

/** What the root entry must never lead to. */
const APART = ["engine", "cli", "page", "store", "admin"];

/** The one dependency of the client; reached dynamically. */
const ENV_PARSER = "@std/dotenv/parse";

/**
 * The one exception: the table that maps file names to media types. It is
 * imported when a name is first looked up.
 */
const MEDIA_TYPES = {
  from: "lib/pipe/media_type_of_name.ts",
  specifier: "mrmime",
};

/** What the command uses of its runtime; Deno, Bun and Node have all of it. */
const COMMAND_PLATFORM = "lib/cli/platform.ts";

const MAX_LINES = 400;

type Rule = (graph: ImportGraph) => string[];

/**
 * Check a repository's modules against the rules of the house.
 *
 * @param graph The modules of `mod.ts`, `lib/` and `schema/`.
 * @returns One sentence a violation; empty when all is well.
 */
export function checkArchitecture(graph: ImportGraph): string[] {
  const rules: readonly Rule[] = [
    everyFileHasAPlace,
    importsLeadDownwards,
    foldersHaveNoCycles,
    filesHaveNoCycles,
    rootStaysLight,
    importsAreVisible,
    outsideIsDeclared,
    privateStaysPrivate,
    nothingIsDead,
    filesAreShort,
    exportsAreNamed,
    nothingUnseenIsCited,
  ];
  return rules.flatMap((rule) => rule(graph));
}

/** Which part of the house a file belongs to: a folder, `ground`, `root`. */
function placeOf(path: string): string | undefined {
  if (path === "mod.ts") return "root";
  if (path.startsWith("schema/")) return "schema";
  if (GROUND.includes(path) || /^lib\/_[^/]+$/.test(path)) return "ground";
  const folder = /^lib\/([^/]+)\//.exec(path)?.[1];
  if (folder === "engine" || folder === "cli" || folder === "page") {
    return folder;
  }
  return folder !== undefined && folder in FLOORS ? folder : undefined;
}

function everyFileHasAPlace({ files }: ImportGraph): string[] {
  return [...files.keys()].filter((path) => placeOf(path) === undefined)
    .map((path) => `${path} belongs to no floor`);
}

function importsLeadDownwards(graph: ImportGraph): string[] {
  return inner(graph).filter((edge) => !mayImport(graph, edge))
    .map(({ from, to, dynamic }) =>
      `${from} must not import ${to}${dynamic ? "" : " statically"}`
    );
}

function mayImport(
  graph: ImportGraph,
  { from, to, dynamic }: Edge & { readonly to: string },
): boolean {
  const source = placeOf(from);
  const target = placeOf(to);
  if (source === undefined || target === undefined) return true; // reported above
  if (source === target) return true;
  switch (source) {
    case "schema":
      return to === "lib/check.ts";
    case "ground":
      return target === "schema" && from !== "lib/check.ts";
    case "root":
      return target !== "runtime" && !APART.includes(target);
    case "engine":
      return target === "schema" || target === "ground" ||
        ENGINE_MAY_USE.some((pattern) => pattern.test(to));
    case "cli":
      return to === "lib/version.ts" || to === "lib/check.ts" ||
        [...graph.entries.values()].includes(to);
    case "page":
    case "runtime":
      return target === "schema" || target === "ground";
  }
  // Who looks at the runtime does it at the last moment.
  if (target === "runtime") return dynamic && FLOORS[source]! >= 4;
  const floor = FLOORS[target] ?? Infinity;
  return floor < FLOORS[source]! || floor === 5 && FLOORS[source] === 5;
}

function foldersHaveNoCycles(graph: ImportGraph): string[] {
  const folders = inner(graph)
    .map(({ from, to }) => [placeOf(from), placeOf(to)] as const)
    .filter((pair): pair is readonly [string, string] =>
      pair[0] !== undefined && pair[1] !== undefined && pair[0] !== pair[1]
    );
  const cycle = findCycle(folders);
  return cycle ? [`Folders import each other: ${cycle.join(" → ")}`] : [];
}

function filesHaveNoCycles(graph: ImportGraph): string[] {
  return filesInCycles(graph).map((path) =>
    `${path} imports itself in a cycle`
  );
}

function nothingUnseenIsCited({ files }: ImportGraph): string[] {
  return [...files].flatMap(([path, text]) => unseenReferences(path, text))
    .map((place) => `${place} cites a document that readers do not have`);
}

function rootStaysLight(graph: ImportGraph): string[] {
  return [...reachableFrom(graph, "mod.ts")]
    .filter(([path]) => APART.includes(placeOf(path) ?? ""))
    .map(([path, way]) => `mod.ts leads to ${path}: ${way.join(" → ")}`);
}

function importsAreVisible({ edges, files }: ImportGraph): string[] {
  return edges.flatMap(({ from, to, specifier }) => {
    if (specifier === undefined) return [`${from} computes what it imports`];
    if (to !== undefined && files.has(to)) return [];
    // Data beside the modules; the type check finds what is missing.
    if (to?.startsWith("lib/") && to.endsWith(".json")) return [];
    const inside = to !== undefined || specifier.startsWith(".") ||
      specifier.startsWith("/");
    return inside
      ? [
        `${from} imports "${specifier}", which is not in mod.ts, lib or schema`,
      ]
      : [];
  });
}

function outsideIsDeclared({ edges }: ImportGraph): string[] {
  return edges.flatMap(({ from, to, specifier, dynamic }) => {
    if (to !== undefined || specifier === undefined) return [];
    if (/^[./]/.test(specifier)) return []; // reported above
    if (from === COMMAND_PLATFORM && specifier.startsWith("node:")) return [];
    if (/^[a-z]+:/.test(specifier)) {
      return [`${from} imports "${specifier}" by its address`];
    }
    const place = placeOf(from);
    if (place === "engine" || place === "cli") return [];
    const allowed = place === "runtime" && specifier === ENV_PARSER ||
      from === MEDIA_TYPES.from && specifier === MEDIA_TYPES.specifier;
    return allowed && dynamic
      ? []
      : [`${from} imports "${specifier}"; the client has no dependencies`];
  });
}

/**
 * A `_name.ts` is for its own folder and the folders inside it. The root may
 * give a public name to the types that `lib/_name.ts` declares: options mention
 * them, and documentation must not lead into the void.
 */
function privateStaysPrivate(graph: ImportGraph): string[] {
  return inner(graph).filter(({ from, to, typeOnly }) => {
    const [folder, name] = split(to);
    if (!name.startsWith("_") || from.startsWith(folder)) return false;
    return !(from === "mod.ts" && folder === "lib/" && typeOnly);
  }).map(({ from, to }) => `${from} imports ${to}, which is private`);
}

function nothingIsDead(graph: ImportGraph): string[] {
  const alive = new Set(
    [...graph.entries.values()].flatMap((entry) => [
      ...reachableFrom(graph, entry).keys(),
    ]),
  );
  return [...graph.files.keys()].filter((path) => !alive.has(path))
    .map((path) => `${path} is reached from no entry`);
}

/**
 * No file has more than 400 lines; examples and benchmarks, which have no
 * floors, are held to that, too.
 *
 * @param graph The files; nothing else of the graph is looked at.
 * @returns One sentence for each file that is too long.
 */
export function filesAreShort(
  { files }: Pick<ImportGraph, "files">,
): string[] {
  return [...files].flatMap(([path, text]) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    return lines > MAX_LINES ? [`${path} has ${lines} lines`] : [];
  });
}

function exportsAreNamed(graph: ImportGraph): string[] {
  const entries = [...graph.entries.values()];
  return [...graph.scans].flatMap(([path, scan]) => {
    const name = split(path)[1];
    const faults: string[] = [];
    if (scan.starExports > 0) faults.push(`${path} exports a star`);
    if (scan.defaultExports > 0) faults.push(`${path} has a default export`);
    if (!/^_?[a-z0-9]+(_[a-z0-9]+)*\.ts$/.test(name)) {
      faults.push(`${path} is not named in snake_case`);
    }
    if (/^_?(utils?|helpers?|index)\.ts$/.test(name)) {
      faults.push(`${path} is named after nothing`);
    }
    if (name === "mod.ts" && !entries.includes(path)) {
      faults.push(`${path} gathers exports but is no entry`);
    }
    return faults;
  });
}

/** The edges between modules of the repository. */
function inner(graph: ImportGraph): (Edge & { readonly to: string })[] {
  return graph.edges.filter((edge): edge is Edge & { readonly to: string } =>
    edge.to !== undefined && graph.files.has(edge.to)
  );
}

function split(path: string): [folder: string, name: string] {
  const at = path.lastIndexOf("/") + 1;
  return [path.slice(0, at), path.slice(at)];
}
