import { bundleProgram } from "../support/bundle_program.ts";
import { type ChildProgram, startChild } from "../support/child_program.ts";
import { lockedPackages } from "../support/locked_packages.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { toolPath } from "../support/tool_path.ts";

/** The runtimes whose garbage collector can be asked. */
export const RUNTIMES = ["deno", "bun", "node"] as const;

/** One of them. */
export type RuntimeName = typeof RUNTIMES[number];

/** Run a program on a runtime, with access to its garbage collector. */
export async function withProgram(
  runtime: RuntimeName,
  program: string,
  args: readonly string[],
  take: (child: ChildProgram) => Promise<void>,
): Promise<void> {
  await using folder = await tempFolder();
  await using child = await start(runtime, program, args, folder.path);
  await take(child);
}

async function start(
  runtime: RuntimeName,
  program: string,
  args: readonly string[],
  folder: string,
): Promise<ChildProgram> {
  const lifeMs = Infinity;
  if (runtime === "deno") {
    const flags = ["--quiet", "--allow-all", "--no-check"];
    const gc = "--v8-flags=--expose-gc";
    const all = ["run", ...flags, gc, program, ...args];
    return startChild(Deno.execPath(), all, { lifeMs });
  }
  const module = await bundleProgram(program, folder, "node");
  const command = await toolPath(runtime);
  if (runtime === "node") {
    return startChild(command, ["--expose-gc", module, ...args], { lifeMs });
  }
  const env = { NODE_PATH: await lockedPackages() };
  const all = ["--no-install", module, ...args];
  return startChild(command, all, { env, lifeMs });
}
