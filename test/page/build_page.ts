/**
 * Builds the page of the engine: `deno task page`.
 *
 * A registry of sources ships no assets, so that all of the page goes into one
 * module: its markup, its styles, its script with the client and the libraries
 * in it, and the licences of those.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };
import { listLicences } from "../package/licences.ts";
import { print } from "../runner/report.ts";
import { lockedPackages } from "../support/locked_packages.ts";
import { PAGE_SOURCES, ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { RUNTIME_VERSIONS } from "../support/runtime_versions.ts";
import { toolPath } from "../support/tool_path.ts";

/** The module that holds the page. */
export const BUILT = "lib/page/built_page.ts";

/** The browsers that the page is for: those that know `light-dark()`. */
const TARGET = "chrome123,firefox120,safari17.5";

/** What of npm is in the page, besides the client. */
const PACKAGES = ["preact", "@preact/signals", "uplot"];

/** A page that was built. */
export interface BuiltPage {
  /** The text of the module that holds it. */
  readonly module: string;
  /** The files of the repository that are in it, relative to its root. */
  readonly files: readonly string[];
}

/** Build the page; the same sources always make the same. */
export async function buildPage(): Promise<BuiltPage> {
  await using temp = await tempFolder();
  const { path } = temp;
  const { pathname: root } = ROOT;
  const entries = Object.entries(config.exports).map(([name, file]) =>
    `--alias:${name.replace(/^\./, config.name)}=${root}${file.slice(2)}`
  );
  const packages = await lockedPackages();
  await mustRun(
    await toolPath("esbuild"),
    [
      `${PAGE_SOURCES}/main.ts`,
      `${PAGE_SOURCES}/page.css`,
      "--bundle",
      "--minify",
      "--format=esm",
      "--platform=browser",
      `--target=${TARGET}`,
      "--jsx=automatic",
      "--jsx-import-source=preact",
      "--legal-comments=none",
      "--log-level=warning",
      "--charset=utf8",
      // Imported only where there are files.
      "--external:@std/dotenv",
      `--metafile=${path}/meta.json`,
      `--outdir=${path}`,
      ...entries,
    ],
    root,
    { NODE_PATH: packages },
  );
  const read = (name: string): Promise<string> =>
    Deno.readTextFile(`${path}/${name}`);
  const inputs = Object.keys(JSON.parse(await read("meta.json")).inputs);
  const licences = await listLicences(
    inputs.map((file) => new URL(file, ROOT).pathname),
  );
  const style = (await read("page.css")).trim();
  const script = (await read("main.js")).trim();
  const page = `${PAGE_SOURCES}/page.html`;
  const markup = await Deno.readTextFile(new URL(page, ROOT));
  const html = markup
    .replace("</style>", () => `${style}</style>`)
    .replace("</script>", () => `${script}</script>`)
    .concat(commentOf(licences));
  const module = moduleOf({
    PAGE_HTML: html,
    STYLE_HASH: await hashOf(style),
    SCRIPT_HASH: await hashOf(script),
    PAGE_HASH: await hashOf(html),
    SOURCES_HASH: await hashOfSources(),
  });
  return { module, files: [...inputs, page] };
}

/** A text as a comment at the end of a page, which may not hold two hyphens. */
function commentOf(text: string): string {
  return `<!--\n${text.replaceAll("--", "- -")}-->\n`;
}

/** The list of the licences of what is in a page that was built. */
export function licencesOf(html: string): string {
  const [, text = ""] = /<!--\n(# [^]*)-->\n$/.exec(html) ?? [];
  return text.replaceAll("- -", "--");
}

/**
 * What tells one state of the page's own sources from another: its files, the
 * samples, and the versions of its packages. The client in it is that of the
 * time when it was built; a release builds the page again.
 */
export async function hashOfSources(): Promise<string> {
  const texts: string[] = [];
  for (const folder of [PAGE_SOURCES, "examples/pipelines"]) {
    const url = new URL(`${folder}/`, ROOT);
    const names = await Array.fromAsync(Deno.readDir(url), ({ name }) => name);
    for (const name of names.sort()) {
      texts.push(name, await Deno.readTextFile(new URL(name, url)));
    }
  }
  const lock = JSON.parse(
    await Deno.readTextFile(new URL("deno.lock", ROOT)),
  );
  const versions = Object.entries(lock.specifiers).filter(([name]) =>
    PACKAGES.some((it) => name.startsWith(`npm:${it}@`))
  );
  return await hashOf(
    JSON.stringify([texts, versions, RUNTIME_VERSIONS.esbuild]),
  );
}

function moduleOf(texts: Readonly<Record<string, string>>): string {
  const lines = Object.entries(texts).map(([name, text]) =>
    `export const ${name}: string =\n  ${JSON.stringify(text)};\n`
  );
  return `// Made by \`deno task page\` of ${PAGE_SOURCES}.\n${lines.join("")}`;
}

/** As a policy of content names it. */
async function hashOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toBase64();
}

if (import.meta.main) {
  const { module } = await buildPage();
  const built = new URL(BUILT, ROOT);
  if (!Deno.args.includes("--check")) {
    await Deno.writeTextFile(built, module);
    print(`${BUILT} (${(module.length / 1024).toFixed(0)} KiB)`);
  } else if (await Deno.readTextFile(built) !== module) {
    print(`${BUILT} is not what its sources make: run deno task page`);
    Deno.exit(1);
  }
}
