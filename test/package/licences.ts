/** What of a package's `package.json` is told. */
interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url?: string };
}

/**
 * The licences that the code of others may have. They allow it in a package
 * under another licence, and ask for no more than their text and, MPL-2.0, the
 * address of the sources, which stand in the list.
 */
const ALLOWED: readonly string[] = [
  "0BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MPL-2.0",
];

/** What a text begins with that is said about a package. */
const SECTION = /^(?=## )/m;

/**
 * List the packages that modules belong to, with the texts of their licences.
 *
 * @param modules Paths of modules; those that are in no package do not matter.
 * @param other A list that a module has been built with, to be part of this one.
 * @returns A text in Markdown.
 * @throws {Error} A package comes without the text of its licence, or under a
 * licence that is not allowed.
 */
export async function listLicences(
  modules: readonly string[],
  other = "",
): Promise<string> {
  const folders = new Set(
    modules.flatMap((path) =>
      /^\/.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []
    ),
  );
  const texts = new Set(
    other.split(SECTION).slice(1).map((text) => `${text.trimEnd()}\n`),
  );
  for (const folder of folders) {
    const info: PackageInfo = JSON.parse(
      await Deno.readTextFile(`${folder}/package.json`),
    );
    if (!ALLOWED.includes(info.license ?? "")) {
      throw new Error(
        `${info.name} is under ${info.license ?? "no licence"}: its code may ` +
          `be in the package under one of ${ALLOWED.join(", ")}`,
      );
    }
    texts.add(section(info, await licenceText(folder)));
  }
  return [HEAD, ...[...texts].sort()].join("\n");
}

const HEAD = `# Licences of what is bundled

The modules of this package contain code of the packages below, unchanged but
for what a bundler does. Their sources are at the addresses that are given.
`;

function section(info: PackageInfo, text: string): string {
  const { name, version, license, homepage, repository } = info;
  const url = typeof repository === "string" ? repository : repository?.url;
  const source = url
    ?.replace(/^(git\+https|git|http):/, "https:")
    .replace(/^(github:)?(?=[\w-]+\/)/, "https://github.com/")
    .replace(/\.git$/, "") ?? homepage;
  return `## ${name} ${version}

${license}, ${source}

\`\`\`text
${text.trim()}
\`\`\`
`;
}

async function licenceText(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!/^licen[cs]e(\W|$)/i.test(name)) continue;
    return await Deno.readTextFile(`${folder}/${name}`);
  }
  throw new Error(`${folder} has no text of a licence`);
}
