import config from "../../deno.json" with { type: "json" };
import { installTools } from "./npm_tools.ts";
import { ROOT } from "./read_tree.ts";

/**
 * Install the packages from npm that the library imports, at the versions of
 * the lock file: for all but Deno, which finds them by itself.
 *
 * @returns The folder `node_modules` that they are in.
 */
export async function lockedPackages(): Promise<string> {
  const lock: { specifiers: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("deno.lock", ROOT)),
  );
  const names = Object.keys(config.imports);
  const versions = Object.fromEntries(
    Object.entries(lock.specifiers).flatMap(([specifier, version]) => {
      const name = /^npm:(.+)@[^@]+$/.exec(specifier)?.[1];
      // Behind the version may be those of packages beside it.
      const [exact = ""] = version.split("_");
      return name && names.includes(name) ? [[name, exact]] : [];
    }),
  );
  return `${await installTools(versions)}/node_modules`;
}
