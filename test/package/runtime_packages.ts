/** The conditions of runtimes, in the order in which `package.json` has them. */
const CONDITIONS = [
  "deno",
  "bun",
  "workerd",
  "browser",
  "node", // Deno and Bun, too, and some bundlers for Workers
  "default",
] as const;

/** A package of which each runtime needs its own part, or none. */
interface RuntimePackage {
  /** What the sources import. */
  readonly source: string;
  /** What they take from it. */
  readonly exports: string;
  /** What it is by condition; where none is given, nobody calls it. */
  readonly by: Readonly<Partial<Record<typeof CONDITIONS[number], string>>>;
}

/**
 * These packages, by the names under which the built modules import them.
 *
 * No file of one of them may be in a bundle for browsers or Workers, which lack
 * the modules of Node's that it imports.
 */
const RUNTIME_PACKAGES: Readonly<Record<string, RuntimePackage>> = {
  "#dotenv": {
    source: "@std/dotenv/parse",
    exports: "parse",
    by: { deno: "dotenv", bun: "dotenv", node: "dotenv" },
  },
  "#srvx": {
    source: "srvx",
    exports: "serve",
    by: { node: "srvx/node" },
  },
  "#ws": {
    source: "ws",
    exports: "WebSocketServer",
    by: { node: "ws" },
  },
};

/** The module of a package, without its ending. */
function moduleOf(name: string | undefined): string {
  return `vendor/${name?.replace("/", "_") ?? "none"}`;
}

/** The built modules' names by those that the sources import. */
export const RENAMED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(RUNTIME_PACKAGES).map(([name, { source }]) => [source, name]),
);

/** The code of the modules that stand for the packages, by their paths. */
export const RUNTIME_MODULES: Readonly<Record<string, string>> = {
  [moduleOf(undefined)]: "export {};",
  ...Object.fromEntries(
    Object.values(RUNTIME_PACKAGES).flatMap(({ exports, by }) =>
      Object.values(by).map((
        name,
      ) => [moduleOf(name), `export { ${exports} } from "${name}";`])
    ),
  ),
};

/** What `package.json` says about the names: a module by condition. */
export const RUNTIME_IMPORTS: Readonly<Record<string, Record<string, string>>> =
  Object.fromEntries(
    Object.entries(RUNTIME_PACKAGES).map(([name, { by }]) => [
      name,
      Object.fromEntries(
        CONDITIONS.map((condition) => [
          condition,
          `./${moduleOf(by[condition] ?? by.default)}.js`,
        ]),
      ),
    ]),
  );
