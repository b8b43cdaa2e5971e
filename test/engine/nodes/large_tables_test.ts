import { assert, assertEquals, assertThrows } from "@std/assert";
import { valueText } from "../../../lib/engine/nodes/agent/value_text.ts";
import { htmlReader } from "../../../lib/engine/nodes/core/html_reader.ts";
import {
  markdownRow,
  markdownTable,
} from "../../../lib/engine/nodes/core/markdown_table.ts";
import { ExecutionException } from "../../../lib/errors.ts";

function tablesOf(html: string): string[] {
  const tables: string[] = [];
  const reader = htmlReader({
    xhtml: false,
    title: () => {},
    table: (markdown) => void tables.push(markdown),
  });
  reader.push(html);
  reader.end();
  return tables;
}

Deno.test("one long row does not fill up all the short ones", () => {
  const long = new Array<string>(2_000).fill("a");
  const short = new Array<string[]>(2_000).fill(["b"]);
  const lines = markdownTable([long, ...short]).split("\n");
  assertEquals(lines[0], markdownRow(long));
  assertEquals(lines.slice(2, -1), short.map(markdownRow));
});

Deno.test("a run of backslashes is escaped in one go", () => {
  const run = "\\".repeat(300_000);
  assertEquals(markdownRow([run]), `| ${run} |`);
  assertEquals(markdownRow([`${run}|`]).length, 2 * run.length + 6);
});

Deno.test("cells that take many columns do not fill the memory", () => {
  const row = `<tr>${'<td colspan="1000">x</td>'.repeat(10)}</tr>`;
  const [table = ""] = tablesOf(`<table>${row.repeat(400)}</table>`);
  const cells = table.split("\n").map((line) => line.split("|").length - 2);
  // Nine cells of 1,000 columns, and the one that the last cell begins in.
  assertEquals(cells[0], 9_001);
  assertEquals(cells.at(-2), 10);
});

Deno.test("text goes into the tables around it, but not into any number", () => {
  const depth = 40;
  const html = "<table><tr><td>".repeat(depth) + "deep";
  const tables = tablesOf(html + "</table>".repeat(depth));
  assert(tables.length >= 32);
  assertEquals(tables.filter((table) => table.includes("deep")).length, 32);
});

Deno.test("tables in tables are read in one go", () => {
  tablesOf("<table><tr><td>x".repeat(10_000));
});

Deno.test("records that have nothing in common are no table", () => {
  const records = Array.from(
    { length: 1_001 },
    (_, at) => ({ [`k${at}`]: at }),
  );
  for (const format of ["csv", "html_table", "markdown_table"] as const) {
    assertThrows(
      () => valueText(records, format),
      ExecutionException,
      "there are 1001 columns and 1001 rows",
    );
  }
  assertEquals(valueText(records.slice(0, 1), "csv"), "k0\n0");
});
