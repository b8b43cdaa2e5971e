import config from "../../deno.json" with { type: "json" };
import { buildPackage } from "../../test/package/build_package.ts";
import { layOutSources } from "../../test/package/bundle_modules.ts";
import { packagingTools } from "../../test/package/tools.ts";
import { mustRun } from "../../test/support/run_program.ts";
import { tempFolder } from "../../test/support/temp_folder.ts";
import { PROGRAMS } from "./programs.ts";

/** How large a program is in a browser, in bytes. */
export interface ProgramSize {
  /** What is loaded before the program begins, minified. */
  readonly minified: number;
  /** The same as it travels. */
  readonly gzip: number;
  /** What is loaded when it is first needed, if ever, as it travels. */
  readonly laterGzip: number;
}

/** Sizes by program. */
export type Sizes = Readonly<Record<string, ProgramSize>>;

/** The part of esbuild's report that is used. */
interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/**
 * Bundle each program for browsers as an app would, with the package for npm,
 * and measure it.
 */
export async function measureSizes(): Promise<Sizes> {
  await using folder = await tempFolder();
  await buildPackage(folder.path);
  return await measureAll(folder.path, "./package/mod.js");
}

/** The same with the sources: what the package would have if it were free. */
export async function measureSources(): Promise<Sizes> {
  await using folder = await tempFolder();
  const sources = `${folder.path}/sources`;
  await Deno.mkdir(sources);
  await layOutSources(config, sources);
  await Deno.writeTextFile(`${sources}/package.json`, '{"sideEffects":false}');
  return await measureAll(folder.path, "./sources/mod.ts");
}

async function measureAll(path: string, root: string): Promise<Sizes> {
  const { esbuild } = await packagingTools();
  const sizes: Record<string, ProgramSize> = {};
  for (const [name, names] of Object.entries(PROGRAMS)) {
    await Deno.writeTextFile(
      `${path}/program.js`,
      `export ${names} from "${root}";\n`,
    );
    sizes[name] = await measure(esbuild, path);
  }
  return sizes;
}

async function measure(
  esbuild: string,
  path: string,
): Promise<ProgramSize> {
  await Deno.remove(`${path}/out`, { recursive: true }).catch(() => {
    // the first program
  });
  await mustRun(esbuild, [
    "program.js",
    "--bundle",
    "--minify",
    "--splitting",
    "--format=esm",
    "--platform=browser",
    "--target=es2022",
    "--external:@std/dotenv", // no browser has files
    "--outdir=out",
    "--metafile=out.json",
    "--log-level=warning",
  ], path);
  const { outputs } = JSON.parse(await Deno.readTextFile(`${path}/out.json`));
  const first = atStart(outputs);
  const later = Object.keys(outputs).filter((name) => !first.has(name));
  return {
    minified: await total(path, first, ({ length }) => length),
    gzip: await total(path, first, gzipBytes),
    laterGzip: await total(path, later, gzipBytes),
  };
}

/** The files that the entry leads to without an `import()`. */
function atStart(outputs: Readonly<Record<string, Output>>): Set<string> {
  const entries = Object.keys(outputs)
    .filter((name) => outputs[name]?.entryPoint === "program.js");
  const found = new Set(entries);
  // A set hands out what is added while it is being walked.
  for (const name of found) {
    for (const { path, kind } of outputs[name]?.imports ?? []) {
      if (kind === "import-statement") found.add(path);
    }
  }
  return found;
}

async function total(
  folder: string,
  names: Iterable<string>,
  sizeOf: (bytes: Uint8Array<ArrayBuffer>) => number | Promise<number>,
): Promise<number> {
  let sum = 0;
  for (const name of names) {
    sum += await sizeOf(await Deno.readFile(`${folder}/${name}`));
  }
  return sum;
}

async function gzipBytes(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const packed = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).bytes()).length;
}
