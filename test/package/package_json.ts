/** What of `deno.json` becomes part of `package.json`. */
export interface DenoConfig {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Paths of the sources by entry. */
  readonly exports: Readonly<Record<string, string>>;
  /** Specifiers with their ranges, by the name they are imported by. */
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * How the package itself calls the parser of `.env` files (design D19).
 *
 * A name of its own, so that conditions can decide what it stands for: npm's
 * `dotenv` is made of modules of Node's, which no bundler for a browser or a
 * Worker has. There nobody ever calls the parser, as there is no file to parse.
 */
export const ENV_PARSER = "#env-parser";

/** Where nothing can be parsed, this module stands for the parser. */
export const NO_PARSER = "./no_env_parser.js";

/** The package that stands for `@std/dotenv`, which npm does not have. */
export const DOTENV = "dotenv";

/**
 * The `package.json` of the package for npm.
 *
 * @param config The repository's `deno.json`; its `exports` are the entries.
 * @param packages Names of the packages that the modules import.
 * @param repository Where the sources are. npm refuses the proof of provenance
 * of a package that tells another place than the one where it was built.
 * @throws {Error} A package is imported that `config` gives no range for.
 */
export function packageJson(
  config: DenoConfig,
  packages: Iterable<string>,
  repository: string | undefined,
): Record<string, unknown> {
  const parser = { types: NO_PARSER.replace(".js", ".d.ts") };
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
    exports: { ...entries(config.exports), "./package.json": "./package.json" },
    imports: {
      [ENV_PARSER]: {
        ...parser,
        node: DOTENV,
        bun: DOTENV,
        deno: DOTENV,
        default: NO_PARSER,
      },
    },
    dependencies: Object.fromEntries(
      [...packages].sort().map((name) => [name, range(config, name)]),
    ),
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

function range({ imports }: DenoConfig, name: string): string {
  const prefix = `npm:${name}@`;
  const specifier = imports[name];
  if (specifier?.startsWith(prefix)) return specifier.slice(prefix.length);
  throw new Error(`deno.json gives no npm range for "${name}"`);
}
