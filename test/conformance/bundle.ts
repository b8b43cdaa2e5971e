import { dependencies, toolPath } from "./tools.ts";

/**
 * Make one module of a program and all that it imports.
 *
 * @param program A file in `programs/`.
 * @returns Its source.
 */
export async function bundle(program: string): Promise<string> {
  const path = new URL(`programs/${program}`, import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(
    await toolPath("esbuild"),
    {
      args: [
        path,
        "--bundle",
        "--format=esm",
        "--target=esnext",
        // Asked for only where there are files.
        "--external:@std/dotenv",
        "--log-level=warning",
      ],
      env: { NODE_PATH: await dependencies() },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    },
  ).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`Cannot bundle ${program}:\n${decoder.decode(stderr)}`);
}
