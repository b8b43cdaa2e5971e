import { bundleProgram } from "./bundle_program.ts";
import { type ChildProgram, startChild } from "./child_program.ts";
import { ROOT } from "./read_tree.ts";
import { toolPath } from "./tool_path.ts";

/** A runtime that runs programs of their own. */
export interface Host {
  readonly name: "Deno" | "Bun" | "Node";
  /**
   * Start a program that imports the library by its name.
   *
   * @param program A file, relative to the repository's root.
   * @param args What it gets.
   */
  start(program: string, ...args: string[]): Promise<ChildProgram>;
}

const DENO: Host = {
  name: "Deno",
  start(program, ...args): Promise<ChildProgram> {
    const file = new URL(program, ROOT).href;
    const flags = ["run", "--quiet", "--no-prompt", "--allow-all"];
    const config = new URL("deno.json", ROOT).pathname;
    const all = [...flags, "--config", config, file, ...args];
    return Promise.resolve(startChild(Deno.execPath(), all));
  },
};

/** All of them. */
export const HOSTS: readonly Host[] = [
  DENO,
  { name: "Bun", start: (...program) => startBundle("bun", program) },
  { name: "Node", start: (...program) => startBundle("node", program) },
];

async function startBundle(
  tool: "bun" | "node",
  [program, ...args]: [program: string, ...args: string[]],
): Promise<ChildProgram> {
  const folder = await Deno.makeTempDir();
  const command = await toolPath(tool);
  const module = await bundleProgram(program, folder, "node");
  const child = startChild(command, [module, ...args]);
  return {
    ...child,
    async [Symbol.asyncDispose](): Promise<void> {
      await child[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Register a test for each of them. */
export function forEachHost(
  name: string,
  test: (host: Host) => Promise<void>,
): void {
  for (const host of HOSTS) {
    Deno.test(`${name} (${host.name})`, () => test(host));
  }
}
