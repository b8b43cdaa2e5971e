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

/** The only table of some text, as rows of cells, and the warnings. */
async function tableOf(
  text: string,
  mimeType = "text/csv",
): Promise<{ rows: string[][]; warnings: string[] }> {
  const pipe = await parse({ mimeType, name: "t" }, text);
  const [table = "", ...more] = pipe.on("table");
  assertEquals(more, []);
  const [head = "", , ...body] = table.trimEnd().split("\n");
  const rows = [head, ...body].map((row) => row.slice(2, -2).split(" | "));
  return { rows, warnings: pipe.warnings };
}

Deno.test("the delimiter is the one that most records have as often", async () => {
  const cases: [string, string[][]][] = [
    ["Name;City;Pay, EUR\nAnn;Oslo;100", [
      ["Name", "City", "Pay, EUR"],
      ["Ann", "Oslo", "100"],
    ]],
    ["Name;Pay, EUR\nAnn;1,5\nBob;2", [
      ["Name", "Pay, EUR"],
      ["Ann", "1,5"],
      ["Bob", "2"],
    ]],
    ["a\tb, c, d\n1\t2\n3\t4", [["a", "b, c, d"], ["1", "2"], ["3", "4"]]],
    ["a|b,c\n1|x, y, z\n2|3", [["a", "b,c"], ["1", "x, y, z"], ["2", "3"]]],
    ["a,b;c;d\n1,2\n3,4;5", [["a", "b;c;d"], ["1", "2"], ["3", "4;5"]]],
    ['a,b\n"1;2",3', [["a", "b"], ["1;2", "3"]]],
    ["a,b", [["a", "b"]]],
  ];
  for (const [text, rows] of cases) {
    assertEquals((await tableOf(text)).rows, rows, text);
  }
});

Deno.test("a first line that tells the delimiter is no record", async () => {
  for (const line of ["sep=;", "SEP=;", '"sep=;"']) {
    const { rows } = await tableOf(`${line}\r\na,b;c\r\n1,2;3\r\n`);
    assertEquals(rows, [["a,b", "c"], ["1,2", "3"]]);
  }
  assertEquals((await tableOf("sep=\t\na\tb")).rows, [["a", "b"]]);
  assertEquals((await tableOf("sep=ab,c\n1,2")).rows, [
    ["sep=ab", "c"],
    ["1", "2"],
  ]);
});

Deno.test("a quote that does not match is text, with a warning", async () => {
  const tsv = "text/tab-separated-values";
  const cases: [string, string, string[][], number | undefined][] = [
    ['a\tb\n1\t"Hi" he said\n2\t3', tsv, [
      ["a", "b"],
      ["1", '"Hi" he said'],
      ["2", "3"],
    ], 2],
    ['a\tb\n1\t"Hi"\n2\t"x\ty"', tsv, [
      ["a", "b"],
      ["1", "Hi"],
      ["2", "x\ty"],
    ], undefined],
    ['a,b\n1,"open\n2,3\n', "text/csv", [
      ["a", "b"],
      ["1", '"open'],
      ["2", "3"],
    ], 2],
    ['a,b\n1,"open\n2,"x, y"\n', "text/csv", [
      ["a", "b"],
      ["1", '"open'],
      ["2", "x, y"],
    ], 2],
    ['a,b\n5" disk,6"\n"say ""hi""","x\ny"', "text/csv", [
      ["a", "b"],
      ['5" disk', '6"'],
      ['say "hi"', "x<br>y"],
    ], undefined],
    ['"', "text/csv", [['"']], 1],
  ];
  for (const [text, type, rows, record] of cases) {
    const found = await tableOf(text, type);
    assertEquals(found.rows, rows, text);
    assertEquals(
      found.warnings,
      record === undefined ? [] : [
        `parse: record ${record} of 't' has a quote that is not closed, or ` +
        "not at the end of its cell; it is read as text",
      ],
    );
  }
});

Deno.test("a table does not depend on how its text arrives", async () => {
  // Pieces of text are large, so only long cells lie across them.
  const long = "x".repeat(700_000);
  const text = `a,b\n"${long}\n","c"\n${long},"d""\ne"\n"open,${long}\n1,2\n`;
  const { rows } = await tableOf(text);
  assertEquals(rows.map((row) => row.map((cell) => cell.length)), [
    [1, 1],
    [700_004, 1],
    [700_000, 7],
    [5, 700_000],
    [1, 1],
  ]);
});

Deno.test("cells that span rows keep their columns, and spans add none", async () => {
  const cases: [string, string[][]][] = [
    [
      "<tr><td rowspan=2>a<td>b<tr><td>c<tr><td>d<td>e",
      [["a", "b"], ["", "c"], ["d", "e"]],
    ],
    [
      "<tr><td>a<td rowspan=2 colspan=2>b<td>c<tr><td>d<td>e<tr><td>f",
      [["a", "b", "", "c"], ["d", "", "", "e"], ["f", "", "", ""]],
    ],
    [
      "<tr><td rowspan=0>a<td>b<tr><td>c<tr><td>d",
      [["a", "b"], ["", "c"], ["", "d"]],
    ],
    [
      '<tr><th colspan="100%">a<tr><td>b<td>c',
      [["a", ""], ["b", "c"]],
    ],
    ["<tr><th colspan=3>a<tr><td>b<td>c", [["a", ""], ["b", "c"]]],
    ["<tr><td colspan=-1>a<td rowspan=x>b<tr><td>c", [["a", "b"], ["c", ""]]],
  ];
  for (const [markup, rows] of cases) {
    const html = `<table>${markup}</table>`;
    assertEquals((await tableOf(html, "text/html")).rows, rows, markup);
  }
});

Deno.test("CDATA and elements that end themselves are those of XHTML", async () => {
  const markup = "<p>a</p><script/><p><![CDATA[b < c]]></p><title/><p>d</p>";
  const pipe = await parse({ mimeType: "application/xhtml+xml" }, markup);
  assertEquals(pipe.on("text"), ["a\nb < c\nd"]);
  const html = await parse({ mimeType: "text/html" }, "a<![CDATA[b]]>c");
  assertEquals(html.on("text"), ["ac"]);
});

Deno.test("a drawing that is not closed ends where the page goes on", async () => {
  const cases: [string, string][] = [
    ["<p>a<svg><path d='M0 0'><text>no</text><p>b<div>c</div>", "a\nb\nc"],
    ["a<svg><g><table><tr><td>b</table>c", "a\nb\nc"],
    ["a<svg><svg><text>no</text><p>b</svg>c", "a\nb\nc"],
    ["a <svg><text>no</text></svg> b", "a b"],
    [
      "a<svg><foreignObject><p>b</p></foreignObject><text>no</text></svg>c",
      "a\nb\nc",
    ],
  ];
  for (const [markup, text] of cases) {
    const pipe = await parse({ mimeType: "text/html" }, markup);
    assertEquals(pipe.on("text"), [text], markup);
  }
});

Deno.test("office files are told by their first bytes", async () => {
  // The one entry of a ZIP file that tells its type.
  const [name, type] = ["mimetype", "application/vnd.oasis.opendocument.text"];
  const header = `PK\x03\x04\x14${"\0".repeat(13)}` +
    `${`${String.fromCharCode(type.length)}\0\0\0`.repeat(2)}` +
    `${String.fromCharCode(name.length)}\0\0\0`;
  const word = "PK\x03\x04" + "\0".repeat(26) + "word/document.xml";
  for (
    const [content, expected] of [
      [`${header}${name}${type}PK\x03\x04`, type],
      [
        word,
        "application/vnd.openxmlformats-officedocument." +
        "wordprocessingml.document",
      ],
      [word.replace("word", "other"), "application/zip"],
    ] as const
  ) {
    const zip = Uint8Array.from(content, (sign) => sign.charCodeAt(0));
    const pipe = await parse({ name: "download" }, zip);
    assertEquals(pipe.object.metadata["Content-Type"], expected);
    assertEquals(pipe.warnings.length, 1);
  }
});

Deno.test("text that begins like a signature is text", async () => {
  for (const text of ["BM is short for it", "MZ", "GIF89a, a format", "II*"]) {
    const pipe = await parse({ name: "download" }, text);
    assertEquals(pipe.object.metadata["Content-Type"], "text/plain", text);
    assertEquals(pipe.on("text"), [text]);
  }
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
