import { mustRun } from "../support/run_program.ts";
import { importGraph } from "../support/import_graph.ts";
import { readTree, ROOT } from "../support/read_tree.ts";
import {
  type DenoConfig,
  DOTENV,
  ENV_PARSER,
  NO_PARSER,
  packageJson,
} from "./package_json.ts";
import { emitModules } from "./emit_modules.ts";

/** What is published besides modules. */
const TEXTS = ["README.md", "LICENSE", "CHANGELOG.md"];

const SHIPPED = ["mod.ts", "lib", "schema"];

/** What the sources call the parser of `.env` files. */
const STD_PARSER = "@std/dotenv/parse";

/** A package that is ready to be published. */
export interface BuiltPackage {
  /** The folder of the package, as it will be in the tarball. */
  readonly folder: string;
  /** The packed file. */
  readonly tarball: string;
}

/**
 * Build the package for npm: a module and a declaration for each source, in the
 * same places, and nothing that a bundler could not leave out.
 *
 * @param target A folder for both the package and the tarball; made if need be.
 * What is in its way is replaced.
 */
export async function buildPackage(target: string): Promise<BuiltPackage> {
  const config: DenoConfig = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  const folder = `${target}/package`;
  await Deno.mkdir(target, { recursive: true });
  await Deno.remove(folder, { recursive: true }).catch(() => {
    // the first build
  });
  await emitModules(Object.values(config.exports), folder);
  await replaceParser(folder);
  for (const name of TEXTS) {
    await Deno.copyFile(new URL(name, ROOT), `${folder}/${name}`);
  }
  const manifest = packageJson(config, await packagesOf(config), repository());
  await Deno.writeTextFile(
    `${folder}/package.json`,
    JSON.stringify(manifest, null, 2) + "\n",
  );
  const packed = await mustRun(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--pack-destination", ".."],
    folder,
  );
  const [{ filename }] = Object.values<{ filename: string }>(
    JSON.parse(packed),
  ) as [{ filename: string }];
  return { folder, tarball: `${target}/${filename}` };
}

/** The packages that the sources import, as npm knows them. */
async function packagesOf(config: DenoConfig): Promise<Set<string>> {
  const { edges } = importGraph(await readTree(SHIPPED), config.exports);
  const specifiers = edges
    .filter(({ to, specifier }) => to === undefined && specifier !== undefined)
    .map(({ specifier }) => specifier === STD_PARSER ? DOTENV : specifier!);
  return new Set(
    specifiers.map((name) => /^(@[^/]+\/)?[^/]+/.exec(name)![0]),
  );
}

/** Design D19: the import of JSR's parser becomes one that npm can resolve. */
async function replaceParser(folder: string): Promise<void> {
  const path = `${folder}/lib/env/read_env.js`;
  const before = await Deno.readTextFile(path);
  const after = before.replace(
    `import("${STD_PARSER}")`,
    `import("${ENV_PARSER}")`,
  );
  if (after === before) throw new Error(`${path} imports no parser`);
  await Deno.writeTextFile(path, after);
  const stub = `${folder}/${NO_PARSER}`;
  await Deno.writeTextFile(
    stub,
    `/** Stands for a parser where there are no files that could be parsed. */
export function parse() {
  throw new Error("There are no .env files in this runtime");
}
`,
  );
  await Deno.writeTextFile(
    stub.replace(".js", ".d.ts"),
    "export declare function parse(text: string): Record<string, string>;\n",
  );
}

/** Only where packages are built to be published is it known for certain. */
function repository(): string | undefined {
  const name = Deno.env.get("GITHUB_REPOSITORY");
  return name && `${Deno.env.get("GITHUB_SERVER_URL")}/${name}`;
}
