// deno-lint-ignore-file no-console no-external-import no-process-global explicit-function-return-type -- a program in JavaScript, for Node
/**
 * Bundles the package. Rolldown is for Node, so this is a program of its own:
 * `node rolldown.mjs JOB`, where JOB is a file with a `BundleJob` of
 * `bundle_modules.ts`. It prints the paths of all modules that have a part in
 * the package, as JSON.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { builtinModules, isBuiltin } from "node:module";

const job = JSON.parse(await readFile(process.argv[2], "utf8"));
const { rolldown } = await import(`${job.rolldown}/dist/index.mjs`);
const { esmExternalRequirePlugin } = await import(
  `${job.rolldown}/dist/plugins-index.mjs`
);

/** Names of files by the paths of the modules that they are to have. */
const files = new Map(
  Object.entries(job.chunks).flatMap(([name, paths]) =>
    paths.map((path) => [`${job.folder}/${path}`, name])
  ),
);

/** A module for what is never called, and the code of all that have no file. */
const EMPTY = "\0empty";
/** What is in the name of a module that stands for one of Node's. */
const REQUIRED = "builtin:esm-external-require";

const made = new Map([
  [EMPTY, "module.exports = {};"],
  ...Object.entries(job.virtual).map(([name, code]) => [`\0${name}`, code]),
]);

/** Whether a module is one of a package, or of any. */
function isOf(id, name = "") {
  return id?.includes(`/node_modules/${name && `${name}/`}`) ?? false;
}

/** Whether a module is no code of ours. */
function isOfOthers(id) {
  return isOf(id) || id === EMPTY || id.includes(REQUIRED);
}

/** Resolves what has another meaning in the package than in the sources. */
const meanings = {
  name: "meanings",
  resolveId: {
    order: "pre",
    async handler(source, importer, { kind }) {
      if (source in job.virtual) return `\0${source}`;
      if (importer?.startsWith("\0")) return null;
      if (kind === "dynamic-import") {
        const { id } = await this.resolve(source, importer) ?? {};
        if (files.has(id)) return exactly(id);
      }
      if (source in job.renamed) {
        return { id: job.renamed[source], external: true };
      }
      if (!isBuiltin(source)) return null;
      const isForNode = job.forNode.some((name) => isOf(importer, name));
      const isImport = kind === "import-statement" && isForNode;
      if (!isOf(importer) || isImport) { // the plugin for require() asks
        return { id: `node:${source.replace("node:", "")}`, external: true };
      }
      return isForNode ? null : EMPTY;
    },
  },
  load: (id) => made.get(id),
};

/**
 * A module to load instead of one that shares its file with others: it has the
 * same exports, and the file has more.
 */
function exactly(id) {
  const name = `\0load_${id.slice(id.lastIndexOf("/") + 1)}`;
  made.set(name, `export * from ${JSON.stringify(id)};`);
  return name;
}

/** Drops the source maps of what only has code of other packages. */
const ownMaps = {
  name: "own-maps",
  generateBundle(_options, output) {
    for (const file of Object.values(output)) {
      const { type, fileName } = file;
      if (type !== "chunk" || !fileName.startsWith("vendor/")) continue;
      file.code = file.code.replace(/^\/\/# sourceMappingURL=.*\n?/m, "");
      delete output[`${fileName}.map`];
    }
  },
};

/** The name of the file that a module is to have, if it matters. */
function fileOf(id) {
  // Files for Node and others share nothing that has modules of Node's.
  if (id?.includes(REQUIRED)) return "required_by_packages";
  if (id === EMPTY) return "empty";
  if (job.command.some((name) => isOf(id, name))) return "command";
  return job.packages.find((name) => isOf(id, name)) ?? files.get(id);
}

const bundle = await rolldown({
  cwd: job.folder,
  input: {
    ...job.entries,
    ...Object.fromEntries(Object.keys(job.virtual).map((name) => [name, name])),
  },
  platform: "neutral",
  resolve: { mainFields: ["module", "main"] },
  transform: { target: "es2022" },
  treeshake: { moduleSideEffects: false }, // as `package.json` says
  plugins: [
    meanings,
    ownMaps,
    esmExternalRequirePlugin({ external: [/^node:/, ...builtinModules] }),
  ],
  onLog(level, log, handler) {
    if (level === "warn") throw new Error(`${log.code}: ${log.message}`);
    handler(level, log);
  },
});
const { output } = await bundle.write({
  dir: job.target,
  format: "esm",
  minify: false,
  entryFileNames: "[name].js",
  chunkFileNames: ({ moduleIds }) =>
    `${moduleIds.some(isOfOthers) ? "vendor" : "chunks"}/[name].js`,
  codeSplitting: {
    // A group takes what its modules need, too, unless an earlier one has it.
    groups: [
      "command",
      ...job.packages,
      ...Object.keys(job.chunks).reverse(),
      "empty",
      "required_by_packages",
    ].map((name, priority) => ({
      name: name.replace("@", "").replaceAll("/", "_"),
      priority,
      test: (id) => fileOf(id) === name,
    })),
  },
  banner({ isEntry, name }) {
    if (!isEntry || !job.guarded.includes(name)) return "";
    const up = "../".repeat(name.split("/").length - 1) || "./";
    return `import {} from "${up}${job.first}.js";`;
  },
  comments: { legal: true, annotation: true, jsdoc: false },
  sourcemap: true,
  // As if the sources lay in the package, where their declarations are.
  sourcemapPathTransform: (path) => path.replace("../", ""),
});
await bundle.close();
console.log(JSON.stringify(
  output.flatMap(({ modules }) => Object.keys(modules ?? {})).sort(),
));
