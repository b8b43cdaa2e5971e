import { mustRun } from "../support/run_program.ts";
import type { Tools } from "./tools.ts";

/** What a bundle is made of, as esbuild tells. */
export interface Bundle {
  /** Paths of the modules that have a part in it, and the size of that part. */
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  /** What it still imports when it runs. */
  readonly imports: readonly { readonly path: string }[];
}

/** Where a bundle is to run. */
export type BundleTarget = "browser" | "workerd";

const FLAGS: Readonly<Record<BundleTarget, readonly string[]>> = {
  browser: ["--platform=browser"],
  // What Cloudflare's own tool does.
  workerd: ["--platform=browser", "--conditions=workerd,worker,browser"],
};

/** Bundle a program into one file, beside it, by esbuild. */
export async function bundle(
  { esbuild }: Tools,
  folder: string,
  entry: string,
  target: BundleTarget,
): Promise<Bundle> {
  await mustRun(esbuild, [
    entry,
    "--bundle",
    "--format=esm",
    "--target=es2022",
    ...FLAGS[target],
    "--outfile=bundle.js",
    "--metafile=bundle.json",
    "--log-level=warning",
  ], folder);
  const { outputs } = JSON.parse(
    await Deno.readTextFile(`${folder}/bundle.json`),
  );
  return outputs["bundle.js"];
}
