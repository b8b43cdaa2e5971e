import { assert, assertEquals } from "@std/assert";
import { readTree, ROOT } from "../support/read_tree.ts";
import { scanModule } from "../support/scan_module.ts";
import { mustRun } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

Deno.test("scanModule() tells imports from everything that looks like one", () => {
  const { references } = scanModule(String.raw`
    // import "./comment.ts";
    /* export { a } from "./comment.ts"; */
    import "./a.ts";
    import type { B } from './b.ts';
    import c, { from as "d", type e } from "./c.ts";
    import * as d from "./d.ts" with { type: "json" };
    export { from } from "./e.ts";
    export type { f } from "./f.ts";
    export * as g from "./g.ts";
    const text = "import './text.ts'", half = a / b / c;
    const expression = /import ".\/expression.ts" [/"']/;
    const template = ${"`import './template.ts' ${ { a: await import('./h.ts') } } \\`"} "${"`"};
    if (a) import("./i.ts", { with: {} });
    import(half);
    import.meta.url; record.import("./member.ts"); const o = { import: 1, from: "./o.ts" };
    export const from = "./constant.ts";
    export default from; "./default.ts";
    export function name(a = "from") {}
  `.replace('from as "d"', "from as d"));
  assertEquals(
    references.map(({ specifier, dynamic, typeOnly }) =>
      (dynamic ? "?" : typeOnly ? "!" : "") + specifier
    ),
    ["a", "!b", "c", "d", "e", "!f", "g", "?h", "?i", "?undefined"]
      .map((name) => name.replace(/^(\W?)(\w)$/, "$1./$2.ts")),
  );
});

interface Info {
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly isDynamic?: boolean;
    }[];
  }[];
}

Deno.test("scanModule() finds in every shipped module what deno info finds", async () => {
  const files = await readTree(["mod.ts", "lib", "schema"]);
  await using temp = await tempFolder();
  const folder = temp.path;
  const imports = [...files.keys()]
    .map((path) => `import "${new URL(path, ROOT)}";`);
  await Deno.writeTextFile(`${folder}/all.ts`, imports.join("\n"));
  const args = ["info", "--json", "--config", "deno.json", `${folder}/all.ts`];
  const info: Info = JSON.parse(await mustRun(Deno.execPath(), args, ROOT));
  for (const [path, text] of files) {
    const { href } = new URL(path, ROOT);
    const module = info.modules.find(({ specifier }) => specifier === href);
    assert(module, `deno info knows nothing of ${path}`);
    const expected = (module.dependencies ?? [])
      .map(({ specifier }) => specifier);
    const found = scanModule(text).references
      .map(({ specifier }) => specifier);
    assertEquals([...new Set(found)].sort(), [...new Set(expected)].sort());
  }
});
