// deno-lint-ignore no-external-import -- only this one has the level
import { gzipSync } from "node:zlib";
import config from "../../deno.json" with { type: "json" };
import { buildPackage } from "../../test/package/build_package.ts";
import { layOutSources } from "../../test/package/bundle_modules.ts";
import { packagingTools } from "../../test/package/tools.ts";
import { mustRun } from "../../test/support/run_program.ts";
import { tempFolder } from "../../test/support/temp_folder.ts";
import { PROGRAMS } from "./programs.ts";

/** How large a program is in a browser, as one minified file, in bytes. */
export interface ProgramSize {
  /** Without what `import()` loads later. */
  readonly minified: number;
  /** The same, compressed with `gzip -9`. */
  readonly gzip: number;
  /** Compressed, with what `import()` loads in the same file. */
  readonly inlinedGzip: number;
}

/** Sizes by program. */
export type Sizes = Readonly<Record<string, ProgramSize>>;

/**
 * Bundle each program for browsers as an app would, with the package for npm,
 * and measure it.
 */
export async function measureSizes(): Promise<Sizes> {
  await using folder = await tempFolder();
  await buildPackage(folder.path);
  return await measureAll(folder.path, "package", "mod.js");
}

/** The same with the sources: what the package would have if it were free. */
export async function measureSources(): Promise<Sizes> {
  await using folder = await tempFolder();
  const sources = `${folder.path}/sources`;
  await Deno.mkdir(sources);
  await layOutSources(config, sources);
  await Deno.writeTextFile(`${sources}/package.json`, '{"sideEffects":false}');
  return await measureAll(folder.path, "sources", "mod.ts");
}

/** What the paths of `import()` begin with in the copy that leaves them out. */
const LATER = "later:";

async function measureAll(
  path: string,
  folder: string,
  root: string,
): Promise<Sizes> {
  const { esbuild } = await packagingTools();
  const outside = `${folder}_without_later`;
  await copyWithoutLater(`${path}/${folder}`, `${path}/${outside}`);
  const sizes: Record<string, ProgramSize> = {};
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const bytes = async (from: string): Promise<Uint8Array> => {
      const text = `export ${program} from "./${from}/${root}";\n`;
      await Deno.writeTextFile(`${path}/program.js`, text);
      return await bundle(esbuild, path);
    };
    const start = await bytes(outside);
    sizes[name] = {
      minified: start.length,
      gzip: gzipBytes(start),
      inlinedGzip: gzipBytes(await bytes(folder)),
    };
  }
  return sizes;
}

/**
 * Copy modules, with a path in each `import()` that no bundler follows. An app
 * without code splitting has everything in one file; one with it, or one that
 * never comes to the `import()`, has what is measured here.
 */
async function copyWithoutLater(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (name === "node_modules") continue;
    if (isDirectory) await copyWithoutLater(source, target);
    else if (/\.([jt]s|json)$/.test(name)) {
      const text = await Deno.readTextFile(source);
      const changed = text.replace(/\bimport\((["'])/g, `import($1${LATER}`);
      await Deno.writeTextFile(target, changed);
    }
  }
}

async function bundle(esbuild: string, path: string): Promise<Uint8Array> {
  await mustRun(esbuild, [
    "program.js",
    "--bundle",
    "--minify",
    "--format=esm",
    "--platform=browser",
    "--target=es2022",
    `--external:${LATER}*`,
    // Parsers of `.env` and the table of file names: no program needs both,
    // and neither is code of ours.
    "--external:@std/dotenv",
    "--external:#dotenv",
    "--external:mrmime",
    "--external:*/mrmime.js",
    "--outfile=out.js",
    "--log-level=warning",
  ], path);
  return await Deno.readFile(`${path}/out.js`);
}

function gzipBytes(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).length;
}
