import { assertEquals } from "@std/assert";
import { utf8 } from "./harness.ts";
import { open, parse } from "./parse_bench.ts";

Deno.test("parse writes CSV as text, and as one table", async () => {
  const csv = 'id,name\r\n1,"Ada, ""A"""\r\n\r\n2\r\n3,"x\ny|z",more\r\n';
  const pipe = await parse({ name: "report.csv" }, csv);
  assertEquals(pipe.on("text"), [csv]);
  assertEquals(pipe.on("table"), [
    "| id | name |  |\n" +
    "| --- | --- | --- |\n" +
    '| 1 | Ada, "A" |  |\n' +
    "| 2 |  |  |\n" +
    "| 3 | x<br>y\\|z | more |\n",
  ]);
  assertEquals(pipe.object.metadata["Content-Type"], "text/csv");
});

Deno.test("parse reads TSV, and CSV that is parted by something else", async () => {
  const table = "| a,b | c |\n| --- | --- |\n| 1 | 2,5 |\n";
  const tsv = await parse({ name: "t.tsv" }, "a,b\tc\n1\t2,5");
  assertEquals(tsv.on("table"), [table]);
  const semicolons = await parse(
    { mimeType: "text/csv" },
    '"a,b";c\n1;2,5\n',
  );
  assertEquals(semicolons.on("table"), [table]);
  const bars = await parse({ mimeType: "text/csv" }, "\na|b\n1|2\r");
  assertEquals(bars.on("table"), ["| a | b |\n| --- | --- |\n| 1 | 2 |\n"]);
  const one = await parse({ mimeType: "text/csv" }, "a\n1\n");
  assertEquals(one.on("table"), ["| a |\n| --- |\n| 1 |\n"]);
});

Deno.test("parse takes a quote that is never closed as it stands", async () => {
  const pipe = await parse({ mimeType: "text/csv" }, 'a,b\n1,"open\n2,3\n');
  assertEquals(pipe.on("table"), [
    "| a | b |\n| --- | --- |\n| 1 | open<br>2,3<br> |\n",
  ]);
});

Deno.test("parse makes no table when nobody takes it", async () => {
  const pipe = await parse({ name: "r.csv" }, "a,b\n1,2\n", {
    listens: ["text"],
  });
  assertEquals(pipe.emitted.map(({ lane }) => lane), ["text"]);
});

Deno.test("parse strips HTML of its tags", async () => {
  const html = `<!DOCTYPE html><html><head>
    <title> Fish &amp;
      Chips </title><style>p { color: red }</style>
    <script>if (a < b) document.write("<p>no</p>")</script></head>
  <body><h1>Menu</h1><p>Fish &amp; <b>chips</b>,&nbsp;5&euro;<br>each
     today</p><ul><li>one<li>two</ul><template>no</template>
  <pre>a
  b</pre><!-- no --><p></p><div><div>end</div></div></body></html>`;
  const pipe = await parse({ mimeType: "text/html" }, html);
  assertEquals(pipe.on("text"), [
    "Menu\nFish & chips,\u00a05€\neach today\none\ntwo\na\n  b\nend",
  ]);
  assertEquals(pipe.object.metadata, {
    "Content-Type": "text/html",
    resourceName: "object",
    "dc:title": "Fish & Chips",
  });
});

Deno.test("parse writes the tables of a page, inner ones first", async () => {
  const html = `<p>before<table><caption>C</caption>
    <thead><tr><th>a</th><th colspan=2>b</th></tr></thead>
    <tr><td>1 &lt; 2</td><td>x<br>y</td><td>in:<table><tr><td>deep</table></td>
    <tr><td>3|4</table><table></table><table><tr><td> </td></tr></table>after`;
  const pipe = await parse({ mimeType: "text/html" }, html);
  assertEquals(pipe.on("table"), [
    "| deep |\n| --- |\n",
    "| a | b |  |\n| --- | --- | --- |\n" +
    "| 1 < 2 | x<br>y | in:<br>deep |\n| 3\\|4 |  |  |\n",
  ]);
  assertEquals(pipe.on("text"), [
    "before\nC\na\tb\n1 < 2\tx\ny\tin:\ndeep\n3|4\nafter",
  ]);
});

Deno.test("parse knows HTML by its content, and XHTML by its type", async () => {
  for (
    const html of [
      "<!-- x --><!doctype HTML><p>a",
      "\ufeff <html><p>a",
      "\n<Body>a",
    ]
  ) {
    const pipe = await parse({ name: "page" }, html);
    assertEquals(pipe.on("text"), ["a"]);
    assertEquals(pipe.object.metadata["Content-Type"], "text/html");
  }
  const xhtml = await parse({ name: "a.xhtml" }, "<p>a</p>");
  assertEquals(xhtml.on("text"), ["a"]);
});

Deno.test("parse reads a page for its title even when nobody takes its text", async () => {
  const pipe = await parse({ name: "a.html" }, "<title>T</title>", {
    listens: ["image"],
  });
  assertEquals(pipe.object.metadata["dc:title"], "T");
});

Deno.test("parse ignores the title of a drawing inside the page", async () => {
  const pipe = await parse(
    { name: "a.html" },
    "<svg><title>icon</title></svg><title>One</title><title>Two</title>",
  );
  assertEquals(pipe.object.metadata["dc:title"], "One");
});

Deno.test("parse reads the table of a CSV that comes in many pieces", async () => {
  const row = `x,"${"y".repeat(50)}\nz"\n`;
  const pipe = await open({ mimeType: "text/csv" });
  await pipe.sendBytes(
    ...Array.from({ length: 30 }, () => utf8(row.repeat(1000))),
  );
  const lines = pipe.on("table")[0]!.split("\n");
  assertEquals(lines.length, 30_002);
  assertEquals(
    new Set(lines),
    new Set([`| x | ${"y".repeat(50)}<br>z |`, "| --- | --- |", ""]),
  );
});

Deno.test("comments before a page are skipped, however many and long they are", async () => {
  const comments = "<!---->".repeat(100) + `<!-- ${"-".repeat(900)} -->`;
  for (const html of [`${comments}\n<html><p>a`, "<!--> <body>a"]) {
    const pipe = await parse({ name: "page" }, html);
    assertEquals(pipe.on("text"), ["a"]);
  }
  for (const text of [`${comments}x`, "<!-- <html>a", "<htmlx>"]) {
    const pipe = await parse({ name: "page" }, text);
    assertEquals(pipe.on("text"), [text]);
    assertEquals(pipe.object.metadata["Content-Type"], "text/plain");
  }
});

Deno.test("elements that nest deeper than browsers allow keep their text in order", async () => {
  const deep = "<b>".repeat(5000);
  const text = async (html: string): Promise<unknown> =>
    (await parse({ mimeType: "text/html" }, html)).on("text").join("");
  assertEquals(await text(`${deep}<p>a<p>b</i>c</b>d`), "a\nbcd");
  assertEquals(
    await text(`${deep}<script>no</script>a<style>no</style>b`),
    "ab",
  );
  assertEquals(
    await text(`${"<svg>".repeat(5000)}no${"</svg>".repeat(5000)}yes`),
    "yes",
  );
  assertEquals(
    await text(`${"<div>".repeat(600)}a${"</div>".repeat(600)}<i>b</i>`),
    "a\nb",
  );
});

Deno.test("tables in tables that nest too deep keep their text", async () => {
  const depth = 3000;
  const html = "<table><tr><td>x".repeat(depth) + "</table>".repeat(depth);
  const pipe = await parse({ mimeType: "text/html" }, html);
  assertEquals(pipe.on("text").join("").match(/x/g)?.length, depth);
});
