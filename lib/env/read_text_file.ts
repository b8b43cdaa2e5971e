import { fileFailure, noDisk } from "./_file_failure.ts";

/** The few members of the runtimes that reading a file needs. */
interface Runtime {
  readonly Deno?: { readTextFile(path: string | URL): Promise<string> };
  readonly process?: {
    getBuiltinModule?(name: string): {
      readFile(path: string | URL, encoding: "utf8"): Promise<string>;
    };
  };
}

/**
 * Read a text file on runtimes that have files: Deno, Bun, Node.
 *
 * @param path A path, relative to the working directory, or a `file:` URL.
 * @param scope Where the runtime is looked for. Default: the global object.
 * @returns The text, as UTF-8.
 * @throws {ValidationException} There is no such file, it may not be read, or
 * the runtime has no files; `code` says which.
 */
export async function readTextFile(
  path: string | URL,
  scope: object = globalThis,
): Promise<string> {
  const { Deno, process } = scope as Runtime;
  const files = process?.getBuiltinModule?.("node:fs/promises");
  try {
    if (Deno) return await Deno.readTextFile(path);
    if (files) return await files.readFile(path, "utf8");
  } catch (error) {
    throw fileFailure(path, error);
  }
  throw noDisk(path, "Pass the pipeline as an object or a URL");
}
