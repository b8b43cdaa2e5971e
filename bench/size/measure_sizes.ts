import { buildPackage } from "../../test/package/build_package.ts";
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
 * Bundle each program for browsers as an app would, and measure it.
 *
 * The package for npm is bundled, not the sources: only it tells that modules
 * without a use may be left out.
 */
export async function measureSizes(): Promise<Sizes> {
  await using folder = await tempFolder();
  const { esbuild } = await packagingTools();
  await buildPackage(folder.path);
  const sizes: Record<string, ProgramSize> = {};
  for (const [name, names] of Object.entries(PROGRAMS)) {
    sizes[name] = await measure(esbuild, folder.path, names);
  }
  return sizes;
}

async function measure(
  esbuild: string,
  path: string,
  names: string,
): Promise<ProgramSize> {
  await Deno.remove(`${path}/out`, { recursive: true }).catch(() => {
    // the first program
  });
  await Deno.writeTextFile(
    `${path}/program.js`,
    `export ${names} from "./package/mod.js";\n`,
  );
  await mustRun(esbuild, [
    "program.js",
    "--bundle",
    "--minify",
    "--splitting",
    "--format=esm",
    "--platform=browser",
    "--target=es2022",
    "--packages=external",
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
