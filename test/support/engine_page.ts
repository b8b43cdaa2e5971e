/**
 * Writes the part of the engine's page that is made of data:
 * `deno task engine:page`.
 *
 * @module
 */
import type { NodeDefinition } from "../../lib/engine/node.ts";
import { builtinNodes } from "../../lib/engine/nodes/builtin_nodes.ts";
import { UNSUPPORTED } from "../../lib/engine/services/unsupported.ts";
import { ROOT } from "./read_tree.ts";
import { mustRun } from "./run_program.ts";

/** The page; what stands above the mark is written by hand. */
export const PAGE: URL = new URL("lib/engine/README.md", ROOT);

const MARK = "<!-- Below: made by `deno task engine:page`. -->\n";

/** Tables that are not padded change only where their data do. */
const [UNFORMATTED, END] = ["start", "end"]
  .map((edge) => `<!-- deno-fmt-ignore-${edge} -->\n`);

/** The most profiles of a node that the page names. */
const MOST_PROFILES = 8;

/**
 * Make the page anew.
 *
 * @param page The page as it is, of which the part above the mark stays.
 */
export async function enginePage(page: string): Promise<string> {
  const at = page.indexOf(MARK);
  if (at < 0) throw new Error(`The page has no mark: ${MARK}`);
  const parts = [
    page.slice(0, at) + MARK + UNFORMATTED,
    "## Nodes\n",
    "`in → out` are lanes; a node without an output lane ends there. Of the " +
    "profiles, the first is taken when a component names none.\n",
    nodeTable(builtinNodes()),
    "## Options of `createEngine`\n",
    await optionTable(),
    "## Nodes of RocketRide that are not here\n",
    "A pipeline that names one is refused with the reason.\n",
    unsupportedTable(),
    END,
  ];
  return parts.join("\n");
}

function nodeTable(nodes: readonly NodeDefinition[]): string {
  const rows = nodes.map((node) => [
    `\`${node.provider}\``,
    [node.description, node.limitation].join(" ").trim(),
    Object.entries(node.lanes).map(([lane, out]) =>
      [lane.replace("_source", ""), out.join(", ")].join(" → ").trim()
    ).join("<br>") || node.classType.join(", "),
    profilesOf(node),
  ]);
  return table(["provider", "what it does", "in → out", "profiles"], rows);
}

function profilesOf({ preconfig }: NodeDefinition): string {
  if (!preconfig) return "";
  const names = Object.keys(preconfig.profiles)
    .filter((name) => name !== preconfig.default);
  const shown = [preconfig.default, ...names].slice(0, MOST_PROFILES)
    .map((name) => `\`${name}\``).join(", ");
  const more = names.length + 1 - MOST_PROFILES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function unsupportedTable(): string {
  const byNeed = Map.groupBy(
    Object.entries(UNSUPPORTED),
    ([, { need }]) => need,
  );
  const rows = [...byNeed].map(([need, nodes]) => [
    need,
    nodes.map(([provider]) => `\`${provider}\``).join(", "),
  ]);
  return table(["needs", "nodes"], rows);
}

/** What `deno doc` prints of a member of an interface. */
interface Member {
  readonly name: string;
  readonly jsDoc?: {
    readonly doc?: string;
    readonly tags?: readonly {
      readonly kind: string;
      readonly value?: string;
    }[];
  };
}

interface Documentation {
  readonly nodes: Readonly<
    Record<string, {
      readonly symbols: readonly {
        readonly name: string;
        readonly declarations: readonly {
          readonly def: { readonly properties?: readonly Member[] };
        }[];
      }[];
    }>
  >;
}

async function optionTable(): Promise<string> {
  const args = ["doc", "--json", "lib/engine/mod.ts"];
  const printed = await mustRun(Deno.execPath(), args, ROOT);
  const { nodes } = JSON.parse(printed) as Documentation;
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  const members = ["EngineOptions", "EngineLimits"].flatMap((name) =>
    symbols.filter((symbol) => symbol.name === name)
      .flatMap(({ declarations }) => declarations[0]?.def.properties ?? [])
  );
  return table(
    ["option", "default", "what it does"],
    members.map(({ name, jsDoc }) => [
      `\`${name}\``,
      defaultOf(jsDoc?.tags?.find(({ kind }) => kind === "default")?.value),
      (jsDoc?.doc ?? "").replace(/\{@linkcode ([^}]*)\}/g, "`$1`").trim(),
    ]),
  );
}

/** `deno doc` ends the value of a tag at the first brace that closes. */
function defaultOf(value: string | undefined): string {
  if (value === undefined) return "";
  return value === "{" ? "`{}`" : `\`${value.replaceAll("`", "")}\``;
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  return [head, head.map(() => "---"), ...rows].map((row) =>
    `| ${
      row.map((cell) => cell.replace(/\s+/g, " ").replaceAll("|", "\\|"))
        .join(" | ")
    } |\n`
  ).join("");
}

if (import.meta.main) {
  const page = await Deno.readTextFile(PAGE);
  await Deno.writeTextFile(PAGE, await enginePage(page));
}
