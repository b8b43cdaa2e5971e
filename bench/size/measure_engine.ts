// deno-lint-ignore no-external-import -- only this one has the level
import { gzipSync } from "node:zlib";
import { buildPackage } from "../../test/package/build_package.ts";
import { packagingTools } from "../../test/package/tools.ts";
import { mustRun } from "../../test/support/run_program.ts";
import { tempFolder } from "../../test/support/temp_folder.ts";

/** How much of the engine a page loads before it starts a pipeline, in bytes. */
export interface EngineSize {
  readonly minified: number;
  /** The same, each file compressed with `gzip -9`. */
  readonly gzip: number;
  /** What is loaded later, compressed, by file. */
  readonly later: Readonly<Record<string, number>>;
}

/** The most that a page may load, compressed. */
export const MOST_ENGINE_BYTES = 45_000;

/** What it loaded of the first edition, with all nodes at once, compressed. */
export const FIRST_EDITION_BYTES = 151_237;

interface Metafile {
  readonly outputs: Readonly<
    Record<string, {
      readonly imports: readonly {
        readonly path: string;
        readonly kind: string;
        readonly external?: boolean;
      }[];
    }>
  >;
}

/**
 * Bundle a page that calls `createEngine()`, with the package for npm and with
 * splitting, and measure what is loaded at once.
 */
export async function measureEngine(): Promise<EngineSize> {
  await using folder = await tempFolder();
  const { path } = folder;
  await buildPackage(path);
  const { esbuild } = await packagingTools();
  const page = 'export { createEngine } from "./package/lib/engine/mod.js";\n';
  await Deno.writeTextFile(`${path}/page.js`, page);
  await mustRun(esbuild, [
    "page.js",
    "--bundle",
    "--splitting",
    "--minify",
    "--format=esm",
    "--platform=browser",
    "--target=es2022",
    "--outdir=out",
    "--metafile=meta.json",
    "--external:#dotenv",
    "--external:node:*",
    "--log-level=warning",
  ], path);
  const meta: Metafile = JSON.parse(
    await Deno.readTextFile(`${path}/meta.json`),
  );
  const atOnce = new Set(["out/page.js"]);
  // A set hands out what is added while it is being walked.
  for (const file of atOnce) {
    for (const { path, kind, external } of meta.outputs[file]!.imports) {
      if (kind === "import-statement" && !external) atOnce.add(path);
    }
  }
  const later: Record<string, number> = {};
  let [minified, gzip] = [0, 0];
  for (const file of Object.keys(meta.outputs)) {
    const bytes = await Deno.readFile(`${path}/${file}`);
    const compressed = gzipSync(bytes, { level: 9 }).length;
    if (!atOnce.has(file)) {
      later[file.slice(file.lastIndexOf("/") + 1)] = compressed;
      continue;
    }
    minified += bytes.length;
    gzip += compressed;
  }
  return { minified, gzip, later };
}

/** The size as lines of text. */
export function engineSizeText({ minified, gzip, later }: EngineSize): string {
  const rest = Object.entries(later).sort(([, a], [, b]) => b - a)
    .filter(([, bytes]) => bytes > 1_000)
    .map(([file, bytes]) => `${file.replace(/-\w+\.js$/, "")} ${bytes}`);
  return [
    `createEngine() in a page, before a pipeline starts: ${minified} bytes ` +
    `minified, ${gzip} gzip -9 (at most ${MOST_ENGINE_BYTES}; the first ` +
    `edition had ${FIRST_EDITION_BYTES}).`,
    `Loaded later, gzip -9: ${rest.join(", ")}.`,
  ].join("\n");
}
