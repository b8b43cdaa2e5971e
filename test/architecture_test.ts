import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { checkArchitecture, filesAreShort } from "./support/architecture.ts";
import {
  formatFigures,
  houseFigures,
  unseenReferences,
} from "./support/house_figures.ts";
import { importGraph } from "./support/import_graph.ts";
import { readTree, ROOT } from "./support/read_tree.ts";

const SHIPPED = ["mod.ts", "lib", "schema"];

/** Bounds of a part's figures; they are only ever made tighter. */
interface Limits {
  readonly files: number;
  readonly medianLines: readonly [least: number, most: number];
  readonly shortShare: number;
}

type Part = "client" | "engine" | "command";

/** The client is everything that is shipped but the engine and the command. */
function partOf(path: string): Part {
  if (path.startsWith("lib/engine/")) return "engine";
  return path.startsWith("lib/cli/") ? "command" : "client";
}

const LIMITS: Readonly<Record<Part, Limits>> = {
  client: {
    files: 165,
    medianLines: [90, 190],
    shortShare: 0.05,
  },
  engine: {
    files: 155,
    medianLines: [90, 190],
    shortShare: 0.1,
  },
  command: {
    files: 50,
    medianLines: [60, 190],
    shortShare: 0.2,
  },
};

Deno.test("the shipped modules keep to the architecture", async () => {
  const graph = importGraph(await readTree(SHIPPED), config.exports);
  assert(graph.files.size > 0 && graph.edges.length > 0);
  assertEquals(checkArchitecture(graph), []);
});

Deno.test("the shipped modules are cut well, and refer to nothing unseen", async (t) => {
  const graph = importGraph(await readTree(SHIPPED), config.exports);
  for (const part of ["client", "engine", "command"] as const) {
    const figures = houseFigures(graph, (path) => partOf(path) === part);
    await t.step(`count: ${part}: ${formatFigures(figures)}`, () => {
      const { files, medianLines, shortShare } = LIMITS[part];
      const [least, most] = medianLines;
      assert(figures.files <= files, `more than ${files} files`);
      assert(figures.medianLines >= least, `median below ${least} lines`);
      assert(figures.medianLines <= most, `median above ${most} lines`);
      assert(figures.shortShare <= shortShare, "too many short files");
      assertEquals(figures.inCycles, []);
      assertEquals(figures.unseen, []);
    });
  }
});

Deno.test("what comments cite of a folder's page is there", async () => {
  const cited = [...await readTree(SHIPPED)].flatMap(([path, text]) =>
    Array.from(
      text.matchAll(/\(?((?:lib|schema)\/\S*README\.md)#([\w-]+)/g),
      ([, page = "", anchor = ""]) => ({ path, page, anchor }),
    )
  );
  assert(cited.length > 0);
  for (const { path, page, anchor } of cited) {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    const anchors = Array.from(
      text.matchAll(/^#+ (.+)$/gm),
      ([, title = ""]) => title.toLowerCase().replace(/\W+/g, "-"),
    );
    assert(anchors.includes(anchor), `${path} cites ${page}#${anchor}`);
  }
});

Deno.test("no test, benchmark or example refers to a document that is elsewhere", async () => {
  const files = await readTree(["test", "bench", "examples"]);
  const found = [...files].flatMap(([path, text]) => {
    // Its cases are such references.
    if (path === "test/unit/architecture_rules_test.ts") return [];
    const titles = Array.from(
      text.matchAll(/^ *(?:Deno\.test\(|fault\()?["`][FSD]\d{1,2} .*$/gm),
      ([title]) => `${path}: ${title}`,
    );
    return [...unseenReferences(path, text), ...titles];
  });
  assertEquals(found, []);
});

Deno.test("no benchmark or example is longer than 400 lines", async () => {
  const files = await readTree(["bench", "examples"]);
  assertEquals(filesAreShort({ files }), []);
});
