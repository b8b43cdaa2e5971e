import config from "../../deno.json" with { type: "json" };
import { lockedPackages } from "./locked_packages.ts";
import { ROOT } from "./read_tree.ts";
import { toolPath } from "./tool_path.ts";

/**
 * Make a program that imports the library by its name, as users do, one
 * module that other runtimes than Deno can run.
 *
 * @param program A file, relative to the repository's root.
 * @param folder Where the module goes; it must exist.
 * @param platform What will run it. `node`, which is for Bun, too, leaves
 * packages where an installation has them; `browser` takes everything in, and
 * is right for Workers.
 * @returns The path of the module.
 */
export async function bundleProgram(
  program: string,
  folder: string,
  platform: "node" | "browser",
): Promise<string> {
  const packages = await lockedPackages();
  const bundle = `${folder}/${program.split("/").at(-1)!}`
    .replace(/\.ts$/, ".mjs");
  const { success, stderr } = await new Deno.Command(
    await toolPath("esbuild"),
    {
      args: [
        new URL(program, ROOT).pathname,
        `--outfile=${bundle}`,
        `--platform=${platform}`,
        "--bundle",
        "--format=esm",
        // Node 22 has no `await using`.
        "--target=es2022",
        "--log-level=warning",
        ...entries(),
        ...(platform === "node"
          // As in the package: names of JSR do not resolve here.
          ? ["--packages=external", "--alias:@std/dotenv/parse=dotenv"]
          // Imported only where there are files.
          : ["--external:@std/dotenv"]),
      ],
      env: { NODE_PATH: packages },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    },
  ).output();
  if (!success) {
    const said = new TextDecoder().decode(stderr);
    throw new Error(`Cannot bundle ${program}:\n${said}`);
  }
  if (platform === "node") await link(packages, `${folder}/node_modules`);
  return bundle;
}

/** The library's entries, under the names by which users know them. */
function entries(): string[] {
  return Object.entries(config.exports).map(([name, path]) =>
    `--alias:${name.replace(/^\./, config.name)}=${
      new URL(path, ROOT).pathname
    }`
  );
}

async function link(target: string, path: string): Promise<void> {
  await Deno.symlink(target, path).catch((error) => {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  });
}
