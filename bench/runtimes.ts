import { bundleProgram } from "../test/support/bundle_program.ts";
import { startChild } from "../test/support/child_program.ts";
import { lockedPackages } from "../test/support/locked_packages.ts";
import { tempFolder } from "../test/support/temp_folder.ts";
import { toolPath } from "../test/support/tool_path.ts";
import type { Row, RuntimeName } from "./contest.ts";
import type { Job } from "./program.ts";

const PROGRAM = "bench/program.ts";

/** The runtimes, in the order of the report. */
export const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

/** Run contests on a runtime; gives a row as soon as it is there. */
export async function* measureOn(job: Job): AsyncGenerator<Row> {
  await using folder = await tempFolder();
  const { command, args, env } = await commandOf(job.runtime, folder.path);
  const all = [...args, JSON.stringify(job)];
  await using child = startChild(command, all, { env, lifeMs: Infinity });
  for await (const line of child.lines()) yield JSON.parse(line);
  const { code, stderr } = await child.ended();
  if (code !== 0) {
    throw new Error(`${job.runtime} ended with ${code}: ${stderr}`);
  }
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

async function commandOf(
  runtime: RuntimeName,
  folder: string,
): Promise<Command> {
  if (runtime === "deno") {
    const args = ["run", "--quiet", "--allow-net", "--allow-env"];
    return { command: Deno.execPath(), args: [...args, PROGRAM] };
  }
  const module = await bundleProgram(PROGRAM, folder, "node");
  const command = await toolPath(runtime);
  if (runtime === "node") return { command, args: [module] };
  const env = { NODE_PATH: await lockedPackages() };
  return { command, args: ["--no-install", module], env };
}
