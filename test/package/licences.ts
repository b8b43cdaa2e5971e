/** What of a package's `package.json` is told. */
interface PackageInfo {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly homepage?: string;
  readonly repository?: string | { readonly url?: string };
}

/**
 * List the packages that modules belong to, with the texts of their licences.
 *
 * @param modules Paths of modules; those that are in no package do not matter.
 * @returns A text in Markdown.
 * @throws {Error} A package comes without the text of its licence.
 */
export async function listLicences(
  modules: readonly string[],
): Promise<string> {
  const folders = new Set(
    modules.flatMap((path) =>
      /^\/.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []
    ),
  );
  const texts = new Map<string, string>();
  for (const folder of folders) {
    const info: PackageInfo = JSON.parse(
      await Deno.readTextFile(`${folder}/package.json`),
    );
    texts.set(info.name, section(info, await licenceText(folder)));
  }
  const sorted = [...texts].sort(([a], [b]) => a < b ? -1 : 1);
  return [HEAD, ...sorted.map(([, text]) => text)].join("\n");
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
