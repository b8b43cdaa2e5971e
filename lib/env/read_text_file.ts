import { ValidationException } from "../errors.ts";

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
 * @returns The text, as UTF-8.
 * @throws {ValidationException} The runtime has no files.
 * @throws What the runtime throws when the file cannot be read.
 */
export function readTextFile(path: string | URL): Promise<string> {
  const { Deno, process } = globalThis as Runtime;
  if (Deno) return Deno.readTextFile(path);
  const files = process?.getBuiltinModule?.("node:fs/promises");
  if (files) return files.readFile(path, "utf8");
  throw new ValidationException(
    `Cannot read "${path}": this runtime has no files`,
    { code: "not-supported", hint: "Pass the pipeline as an object or a URL" },
  );
}
