import { installTools } from "../support/npm_tools.ts";
import { RUNTIME_VERSIONS } from "../support/runtime_versions.ts";

/** The path of a program from npm, which is installed when it is missing. */
export async function toolPath(
  tool: keyof typeof RUNTIME_VERSIONS,
): Promise<string> {
  const folder = await installTools({ [tool]: RUNTIME_VERSIONS[tool] });
  return `${folder}/node_modules/.bin/${tool}`;
}

/** What the client imports from npm, and only when it is used. */
const DEPENDENCIES = ["mrmime"] as const;

/**
 * A folder `node_modules` with what the client imports from npm, at the
 * versions of the lock file; for all but Deno, which finds them by itself.
 */
export async function dependencies(): Promise<string> {
  const { imports } = await readJson("deno.json");
  const { specifiers } = await readJson("deno.lock");
  const versions: Record<string, string> = {};
  for (const name of DEPENDENCIES) {
    const version = specifiers?.[imports?.[name] ?? ""];
    if (!version) throw new Error(`deno.lock has no version of ${name}`);
    versions[name] = version;
  }
  return `${await installTools(versions)}/node_modules`;
}

async function readJson(
  path: string,
): Promise<Partial<Record<string, Record<string, string>>>> {
  const url = new URL(`../../${path}`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(url));
}
