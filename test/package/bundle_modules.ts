import { type Edge, importGraph } from "../support/import_graph.ts";
import { readTree, ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import type { DenoConfig } from "./package_json.ts";
import { planChunks } from "./plan_chunks.ts";
import { RENAMED, RUNTIME_MODULES } from "./runtime_packages.ts";
import { packagingTools } from "./tools.ts";

/** What of the repository goes into the package as code. */
export const SOURCES: readonly string[] = ["mod.ts", "lib", "schema"];

/** The module that every entry imports before anything else. */
const FIRST = "requires_node_22";

/** What only the command imports, and what that imports. */
const COMMAND_PACKAGES: readonly string[] = [
  "@clack/core",
  "@clack/prompts",

  "ansi-escapes",
  "ansi-regex",
  "ansi-styles",
  "cli-cursor",
  "cli-progress",
  "cli-table3",
  "cli-truncate",
  "commander",
  "emoji-regex",
  "environment",
  "fast-string-truncated-width",
  "fast-string-width",
  "fast-wrap-ansi",
  "fdir",
  "fflate",
  "get-east-asian-width",
  "ignore",
  "is-fullwidth-code-point",
  "jsonc-parser",
  "log-update",
  "mimic-function",
  "onetime",
  "picocolors",
  "picomatch",
  "restore-cursor",
  "signal-exit",
  "sisteransi",
  "slice-ansi",
  "string-width",
  "strip-ansi",
  "tinyglobby",
  "wrap-ansi",
];

/** What `rolldown.mjs` is asked for. */
interface BundleJob {
  /** The folder of the bundler. */
  readonly rolldown: string;
  /** The folder of the sources and of `node_modules`. */
  readonly folder: string;
  /** Where the modules go. */
  readonly target: string;
  /** Sources by the paths of the modules to make of them, without endings. */
  readonly entries: Readonly<Record<string, string>>;
  /** Those of them that import another one before anything else. */
  readonly guarded: readonly string[];
  /** Which one. */
  readonly first: string;
  /** More modules: their code by path. */
  readonly virtual: Readonly<Record<string, string>>;
  /** What sources import, and what the built modules do instead. */
  readonly renamed: Readonly<Record<string, string>>;
  /** Paths of sources by the name of their file, as {@linkcode planChunks}. */
  readonly chunks: Readonly<Record<string, readonly string[]>>;
  /** Packages that may import modules of Node's; for others those are empty. */
  readonly forNode: readonly string[];
  /** Packages of the command, which have a file of their own. */
  readonly command: readonly string[];
  /** Packages that have a file each, with those that they need. */
  readonly packages: readonly string[];
}

/**
 * Lay out what the package is made of: the sources, and the packages that they
 * import at the versions of the lock file.
 *
 * @param folder An empty folder.
 */
export async function layOutSources(
  config: DenoConfig,
  folder: string,
): Promise<void> {
  for (const [path, text] of await sources()) {
    const place = `${folder}/${path}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.writeTextFile(place, annotated(text));
  }
  const { imports, links = [] } = config;
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({
      nodeModulesDir: "auto",
      imports,
      links: links.map((path) => new URL(path, ROOT).pathname),
    }),
  );
  await Deno.copyFile(new URL("deno.lock", ROOT), `${folder}/deno.lock`);
  const install = ["install", "--frozen", "--quiet"];
  await mustRun(Deno.execPath(), install, folder);
}

/**
 * Bundle the sources and what they import into modules, entries and what they
 * share, each with its source map.
 *
 * @param folder The sources, as {@linkcode layOutSources} left them.
 * @param target Where the modules go, which must be inside of the folder.
 * @returns The paths of all modules that were bundled.
 */
export async function bundleModules(
  { exports }: DenoConfig,
  folder: string,
  target: string,
): Promise<readonly string[]> {
  const { modules, node } = await packagingTools();
  const files = await sources();
  const guarded = Object.values(exports).map((path) => path.slice(2, -3));
  const { edges } = importGraph(files, exports);
  const job: BundleJob = {
    rolldown: `${modules}/rolldown`,
    folder,
    target,
    entries: Object.fromEntries(
      [...guarded, FIRST].map((path) => [path, `${path}.ts`]),
    ),
    guarded,
    first: FIRST,
    virtual: RUNTIME_MODULES,
    renamed: RENAMED,
    chunks: planChunks(
      edges,
      exports,
      files.get("mod.ts")!,
    ),
    forNode: ["srvx", "ws", ...COMMAND_PACKAGES],
    command: COMMAND_PACKAGES,
    packages: enginePackages(edges),
  };
  const program = new URL("rolldown.mjs", import.meta.url).pathname;
  await Deno.writeTextFile(`${folder}/job.json`, JSON.stringify(job));
  return JSON.parse(await mustRun(node, [program, "job.json"], folder));
}

/**
 * What the engine imports: an engine in a page must not load the packages of
 * nodes that no pipeline has named. Those of servers have parts of their own.
 */
function enginePackages(edges: readonly Edge[]): readonly string[] {
  const names = edges
    .filter(({ from, to }) =>
      from.startsWith("lib/engine/") && to === undefined
    )
    .map(({ specifier = "" }) =>
      /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? ""
    );
  const parted = ["mrmime", "srvx", "ws"];
  return [...new Set(names)].filter((name) =>
    name !== "" && !name.startsWith("node:") && !parted.includes(name)
  ).sort();
}

/** Let bundlers leave out a frozen table that nobody uses. */
function annotated(text: string): string {
  return text.replace(/= (?=Object\.freeze\()/g, "= /* @__PURE__ */ ");
}

async function sources(): Promise<ReadonlyMap<string, string>> {
  const first = new URL(`${FIRST}.ts`, import.meta.url);
  return new Map([
    ...await readTree(SOURCES),
    ...await readTree(SOURCES, ".json"),
    [`${FIRST}.ts`, await Deno.readTextFile(first)],
  ]);
}
