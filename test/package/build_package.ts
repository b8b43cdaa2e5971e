/**
 * Builds the package for npm: `deno task npm [folder]`.
 *
 * `package` in the folder, `dist` if none is named, is what it contains,
 * `*.tgz` what is published.
 *
 * @module
 */
import { PAGE_HTML } from "../../lib/page/built_page.ts";
import { licencesOf } from "../page/build_page.ts";
import { print } from "../runner/report.ts";
import { readTree, ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { bundleModules, layOutSources, SOURCES } from "./bundle_modules.ts";
import { declareTypes } from "./declare_types.ts";
import { listLicences } from "./licences.ts";
import {
  COMMAND,
  COMMAND_TEXT,
  type DenoConfig,
  packageJson,
} from "./package_json.ts";
import { tarball } from "./tarball.ts";

/** What is published besides modules and the READMEs of folders. */
const TEXTS = ["LICENSE", "CHANGELOG.md"];

/** Whose code is in the modules, and under which licences. */
const LICENCES = "THIRD_PARTY_LICENCES.md";

/** A package that is ready to be published. */
export interface BuiltPackage {
  /** The folder of the package, as it will be in the tarball. */
  readonly folder: string;
  /** The packed file. */
  readonly tarball: string;
}

/**
 * Build the package for npm: a module for each entry and for what entries share,
 * with everything in them that they need, and a declaration for each source that
 * an entry's types mention. The same sources always make the same package.
 *
 * @param target A folder for both the package and the tarball; made if need be.
 * What is in its way is replaced.
 */
export async function buildPackage(target: string): Promise<BuiltPackage> {
  const config: DenoConfig = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", ROOT)),
  );
  await using temp = await tempFolder();
  const sources = await Deno.realPath(temp.path);
  const built = `${sources}/package`;
  await layOutSources(config, sources);
  const modules = await bundleModules(config, sources, built);
  await declareTypes(config, sources, built);
  const licences = await listLicences(modules, licencesOf(PAGE_HTML));
  await Deno.writeTextFile(`${built}/${LICENCES}`, licences);
  for (const name of [...TEXTS, ...await findReadmes()]) {
    const place = `${built}/${name}`;
    await Deno.mkdir(place.slice(0, place.lastIndexOf("/")), {
      recursive: true,
    });
    await Deno.copyFile(new URL(name, ROOT), place);
  }
  await Deno.mkdir(`${built}/bin`);
  await Deno.writeTextFile(`${built}/${COMMAND}`, COMMAND_TEXT, {
    mode: 0o755,
  });
  const manifest = packageJson(config, repository());
  await Deno.writeTextFile(
    `${built}/package.json`,
    JSON.stringify(manifest, null, 2) + "\n",
  );

  const folder = `${target}/package`;
  await Deno.mkdir(target, { recursive: true });
  await Deno.remove(folder, { recursive: true }).catch(() => {
    // the first build
  });
  await mustRun("cp", ["-r", built, folder], ROOT);
  // As npm would name it.
  const name = `${config.name.replace("@", "").replace("/", "-")}`;
  const path = `${target}/${name}-${config.version}.tgz`;
  const files = await filesIn(folder);
  await Deno.writeFile(path, tarball(files, (path) => path === COMMAND));
  return { folder, tarball: path };
}

/** Read all files of a folder: their contents by path. */
async function filesIn(
  folder: string,
  prefix = "",
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const [place, path] = [`${folder}/${name}`, prefix + name];
    if (!isDirectory) files.set(path, await Deno.readFile(place));
    else {for (const file of await filesIn(place, `${path}/`)) {
        files.set(...file);
      }}
  }
  return files;
}

/**
 * Find the READMEs of the root and of all folders with sources: comments in
 * declarations may refer to them.
 */
export async function findReadmes(): Promise<string[]> {
  const sources = [...(await readTree(SOURCES)).keys()];
  const folders = new Set(sources.map((path) => path.replace(/[^/]+$/, "")));
  const found: string[] = [];
  for (const folder of folders) {
    const path = `${folder}README.md`;
    const exists = await Deno.stat(new URL(path, ROOT))
      .then(() => true, () => false);
    if (exists) found.push(path);
  }
  return found;
}

/** Only where packages are built to be published is it known for certain. */
function repository(): string | undefined {
  const name = Deno.env.get("GITHUB_REPOSITORY");
  return name && `${Deno.env.get("GITHUB_SERVER_URL")}/${name}`;
}

if (import.meta.main) {
  const { tarball: path } = await buildPackage(Deno.args[0] ?? "dist");
  const bytes = await Deno.readFile(path);
  print(`${path} (${(bytes.length / 1024).toFixed(0)} KiB)`);
  // As `npm view` shows it for what was published.
  const hash = await crypto.subtle.digest("SHA-512", bytes);
  print(`sha512-${new Uint8Array(hash).toBase64()}`);
}
