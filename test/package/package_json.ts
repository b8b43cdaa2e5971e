import { RUNTIME_IMPORTS } from "./runtime_packages.ts";

/** What of `deno.json` the package for npm is made of. */
export interface DenoConfig {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Paths of the sources by entry. */
  readonly exports: Readonly<Record<string, string>>;
  /** Specifiers with their ranges, by the name they are imported by. */
  readonly imports: Readonly<Record<string, string>>;
  /** Folders that stand for packages of JSR. */
  readonly links?: readonly string[];
}

/** The program that is the command, in the package. */
export const COMMAND = "bin/rocketride.js";

/** Its text. On a Node that is too old, the import fails and says so. */
export const COMMAND_TEXT = `#!/usr/bin/env node
import process from "node:process";

import("../lib/cli/mod.js").then(
  ({ main }) => main(process.argv.slice(2)),
  ({ message }) => {
    console.error("Error: " + message);
    return 1;
  },
).then((code) => process.exit(code));
`;

/**
 * The `package.json` of the package for npm, which needs no other package.
 *
 * @param config The repository's `deno.json`; its `exports` are the entries.
 * @param repository Where the sources are. npm refuses the proof of provenance
 * of a package that names another place than the one where it was built.
 */
export function packageJson(
  config: DenoConfig,
  repository: string | undefined,
): Record<string, unknown> {
  return {
    name: config.name,
    version: config.version,
    description: "A RocketRide client made of web streams and plain functions",
    license: config.license,
    ...(repository && {
      repository: { type: "git", url: `git+${repository}.git` },
      homepage: `${repository}#readme`,
    }),
    type: "module",
    sideEffects: false,
    engines: { node: ">=22" },
    bin: { rocketride: COMMAND },
    exports: { ...entries(config.exports), "./package.json": "./package.json" },
    imports: RUNTIME_IMPORTS,
    publishConfig: { access: "public", provenance: true },
  };
}

function entries(
  paths: Readonly<Record<string, string>>,
): Record<string, { types: string; default: string }> {
  return Object.fromEntries(
    Object.entries(paths).map(([entry, path]) => [entry, {
      types: path.replace(/\.ts$/, ".d.ts"),
      default: path.replace(/\.ts$/, ".js"),
    }]),
  );
}
