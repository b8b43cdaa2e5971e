import type { Host } from "./_host.ts";

/** The part of the global `process` that is used, in types of no runtime. */
export interface Process {
  /** The process variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gives a module of the runtime itself; not all imitations have it. */
  readonly getBuiltinModule?: (name: string) => unknown;
}

/** The part of the file module that is used. */
interface Files {
  readFile(path: string, encoding: "utf8"): Promise<string>;
}

/** Tell whether a value is a `process`, be it only a bundler's imitation. */
export function isProcess(value: unknown): value is Process {
  if (typeof value !== "object" || value === null) return false;
  const { env } = value as { env?: unknown };
  return typeof env === "object" && env !== null;
}

/**
 * Look through the `process` of Node, Bun or a Worker.
 *
 * The file module is asked for by name at run time, so no bundler ever finds
 * an import that a browser could not serve.
 */
export function processHost(process: Process): Host {
  return {
    readText: (path) => readText(process, path),
    variables: () => Promise.resolve(variables(process)),
  };
}

async function readText(
  process: Process,
  path: string,
): Promise<string | undefined> {
  try {
    const files = process.getBuiltinModule?.("node:fs/promises");
    return await (files as Files | undefined)?.readFile(path, "utf8");
  } catch {
    return undefined; // no such file, or one that nobody may read (api §7.2)
  }
}

function variables(
  process: Process,
): Readonly<Record<string, string | undefined>> {
  try {
    return { ...process.env };
  } catch {
    return {}; // an imitation may guard its members
  }
}
