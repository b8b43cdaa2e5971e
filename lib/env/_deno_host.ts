import type { Host } from "./_host.ts";

/** The part of Deno's namespace that is used, in types of no runtime. */
export interface DenoNamespace {
  /** Tells what has been allowed, without asking for it. */
  readonly permissions: {
    query(descriptor: Permission): Promise<{ readonly state: string }>;
  };
  /** The process variables. */
  readonly env: {
    get(name: string): string | undefined;
    toObject(): Record<string, string>;
  };
  /** Reads a file as UTF-8. */
  readTextFile(path: string): Promise<string>;
}

/** What may be asked about. */
export type Permission =
  | { readonly name: "read"; readonly path: string }
  | { readonly name: "env"; readonly variable?: string };

/**
 * Variables to ask for one by one when not all may be seen: those that the
 * client and the command line have a use of their own for.
 */
const KNOWN = [
  "ROCKETRIDE_URI",
  "ROCKETRIDE_APIKEY",
  "ROCKETRIDE_TOKEN",
  "ROCKETRIDE_PIPELINE",
] as const;

/** Tell whether a value is Deno's namespace. */
export function isDeno(value: unknown): value is DenoNamespace {
  if (typeof value !== "object" || value === null) return false;
  const { permissions, env, readTextFile } = value as Partial<DenoNamespace>;
  return typeof permissions?.query === "function" &&
    typeof env?.get === "function" && typeof readTextFile === "function";
}

/**
 * Look through Deno's eyes, and only where that has been allowed already: an
 * access that is not granted would stop the program with a question.
 */
export function denoHost(deno: DenoNamespace): Host {
  return {
    readText: (path) => readText(deno, path),
    variables: () => variables(deno),
  };
}

async function readText(
  deno: DenoNamespace,
  path: string,
): Promise<string | undefined> {
  try {
    if (!await isGranted(deno, { name: "read", path })) return undefined;
    return await deno.readTextFile(path);
  } catch {
    return undefined; // no such file, or one that nobody may read (api §7.2)
  }
}

async function variables(
  deno: DenoNamespace,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  try {
    if (await isGranted(deno, { name: "env" })) return deno.env.toObject();
    for (const variable of KNOWN) {
      if (!await isGranted(deno, { name: "env", variable })) continue;
      const value = deno.env.get(variable);
      if (value !== undefined) found[variable] = value;
    }
  } catch {
    // Permissions may be taken back at any moment; what was seen counts.
  }
  return found;
}

async function isGranted(
  deno: DenoNamespace,
  permission: Permission,
): Promise<boolean> {
  // Exceptions (`--deny-env=NAME` beside `--allow-env`) do not matter: those
  // names are left out, without a question.
  return (await deno.permissions.query(permission)).state === "granted";
}
