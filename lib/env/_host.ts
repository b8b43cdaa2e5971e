import { denoHost, isDeno } from "./_deno_host.ts";
import { isProcess, processHost } from "./_process_host.ts";

/** What the client may learn from the runtime it finds itself in. */
export interface Host {
  /** A file's text; `undefined` where there is none or none may be read. */
  readonly readText: (path: string) => Promise<string | undefined>;
  /** The process variables that may be seen without asking anybody. */
  readonly variables: () => Promise<
    Readonly<Record<string, string | undefined>>
  >;
}

/**
 * Look at a global object and say what it offers: Deno's namespace, else the
 * `process` of Node, Bun and Workers with Node compatibility, else nothing.
 *
 * Deno comes first since it has a `process`, too, whose variables would ask
 * for a permission.
 */
export function hostOf(scope: object): Host {
  const { Deno, process } = scope as { Deno?: unknown; process?: unknown };
  if (isDeno(Deno)) return denoHost(Deno);
  if (isProcess(process)) return processHost(process);
  return { readText: nothing, variables: nothingSet };
}

function nothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function nothingSet(): Promise<Record<string, never>> {
  return Promise.resolve({});
}
