import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../support/read_tree.ts";
import { mustRun } from "../support/run_program.ts";

/** Where the list is kept. */
export const FUNCTION_LIST: URL = new URL("examples/functions.md", ROOT);

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: { readonly doc?: string };
  readonly location: { readonly filename: string };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly Declaration[];
      }[];
    }>
  >;
}

const HEAD = `# All functions

Every function of every entry, with the first sentence of its documentation.
This page is made by \`deno task functions\`.
`;

/**
 * Make the page that lists every function of every entry, in Markdown. A
 * function that several entries export stands with the first.
 */
export async function functionList(): Promise<string> {
  const sections: string[] = [];
  const seen = new Set<string>();
  for (const [entry, path] of Object.entries(config.exports)) {
    const rows = (await functionsOf(path))
      .filter(([name]) => !seen.has(name))
      .map(([name, sentence]): string => {
        seen.add(name);
        return `| \`${name}\` | ${sentence.replaceAll("|", "\\|")} |\n`;
      });
    if (rows.length === 0) continue;
    const title = `## ${config.name}${entry.slice(1)}`;
    sections.push(
      `\n${title}\n\n| function | what |\n| --- | --- |\n${rows.join("")}`,
    );
  }
  return await formatted(HEAD + sections.join(""));
}

/** The functions of an entry and what they do, in alphabetical order. */
async function functionsOf(path: string): Promise<[string, string][]> {
  const printed = await mustRun(Deno.execPath(), ["doc", "--json", path], ROOT);
  const { nodes } = JSON.parse(printed) as Documentation;
  return Object.values(nodes).flatMap(({ symbols }) => symbols)
    .flatMap(({ name, declarations }): [string, string][] => {
      const it = declarations.find(({ kind }) => kind === "function");
      return it ? [[name, firstSentence(it.jsDoc?.doc ?? "")]] : [];
    })
    .sort(([a], [b]) => a < b ? -1 : 1);
}

function firstSentence(doc: string): string {
  const [paragraph = ""] = doc.split("\n\n");
  const text = paragraph.replaceAll("\n", " ").trim()
    .replaceAll(/\{@linkcode (?:\w+\.)?(\w+)\}/g, "`$1`");
  return /^.*?[.:](?= [A-Z]|$)/.exec(text)?.[0].replace(/:$/, ".") ?? text;
}

async function formatted(text: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=md", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { stdout } = await child.output();
  return new TextDecoder().decode(stdout);
}
