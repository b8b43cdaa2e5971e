import { assert, assertEquals, assertMatch } from "@std/assert";
import * as built from "../../lib/page/built_page.ts";
import { enginePage } from "../../lib/page/mod.ts";
import { startChild } from "../support/child_program.ts";
import { PAGE_SOURCES, ROOT } from "../support/read_tree.ts";
import { scanModule } from "../support/scan_module.ts";
import { buildPage, hashOfSources } from "./build_page.ts";

/** What the page's sources may import, besides each other. */
const IMPORTED =
  /^(@rocketride\/streams(\/\w+)?|preact(\/hooks)?|@preact\/signals|uplot)$/;

const folder = new URL(`${PAGE_SOURCES}/`, ROOT);
const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);

Deno.test("the built page is that of its sources", async () => {
  assertEquals(
    built.SOURCES_HASH,
    await hashOfSources(),
    "lib/page/built_page.ts is stale: run deno task page",
  );
});

Deno.test("the page is built of all its sources, always alike, and of no engine", async () => {
  const { module, files } = await buildPage();
  assertEquals((await buildPage()).module, module);
  const own = files.filter((file) => file.startsWith(PAGE_SOURCES));
  assertEquals(
    own.map((file) => file.slice(PAGE_SOURCES.length + 1)).sort(),
    names.sort(),
  );
  assertEquals(files.filter((file) => /^lib\/(engine|cli)\//.test(file)), []);
});

Deno.test("the page's sources import public entries and few packages", async () => {
  const modules = names.filter((name) => /\.tsx?$/.test(name));
  assert(modules.length > 10);
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(name, folder));
    assert(text.split("\n").length <= 400, `${name} is too long`);
    if (!modules.includes(name)) continue;
    // Imports come before all that a reader of modules may not understand.
    const imports = text.slice(0, text.search(/^(export )?(async )?function/m));
    for (const { specifier = "" } of scanModule(imports).references) {
      const isOwn = /^\.\/\w+\.tsx?$/.test(specifier) ||
        specifier.startsWith("../../../examples/pipelines/");
      assert(
        isOwn || IMPORTED.test(specifier),
        `${name} imports "${specifier}"`,
      );
    }
  }
});

const page = enginePage();
const ADDRESS = "http://localhost:5565/";

Deno.test("the page answers GET and HEAD of /, and leaves all else to others", async () => {
  const response = page(new Request(ADDRESS))!;
  assertEquals(response.status, 200);
  assertEquals(await response.text(), built.PAGE_HTML);
  assertEquals(
    response.headers.get("content-type"),
    "text/html; charset=utf-8",
  );
  const head = page(new Request(ADDRESS, { method: "HEAD" }))!;
  assertEquals([head.status, await head.text()], [200, ""]);
  assertEquals(
    head.headers.get("content-length"),
    String(new TextEncoder().encode(built.PAGE_HTML).length),
  );
  assertEquals(page(new Request(ADDRESS, { method: "POST" })), undefined);
  for (const path of ["index.html", "task", "//", "?"]) {
    const found = page(new Request(ADDRESS + path));
    assertEquals(found !== undefined, path === "?", path);
  }
});

Deno.test("a page that the browser has is not sent again", () => {
  const etag = page(new Request(ADDRESS))!.headers.get("etag")!;
  const headers = { "if-none-match": etag };
  assertEquals(page(new Request(ADDRESS, { headers }))!.status, 304);
  const others = { "if-none-match": '"another"' };
  assertEquals(page(new Request(ADDRESS, { headers: others }))!.status, 200);
});

Deno.test("the page's policy allows its own script and style, and no other", async () => {
  const { headers } = page(new Request("http://10.0.0.7:81/"))!;
  const policy = headers.get("content-security-policy")!;
  const html = built.PAGE_HTML;
  for (const tag of ["script", "style"]) {
    const found = [
      ...html.matchAll(
        new RegExp(`<${tag}(?: type="module")?>([^]*?)</${tag}>`, "g"),
      ),
    ];
    assertEquals(found.length, 1, tag);
    const bytes = new TextEncoder().encode(found[0]![1]);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assertMatch(policy, new RegExp(`${tag}-src 'sha256-`));
    assert(policy.includes(`${tag}-src 'sha256-${hash.toBase64()}';`), tag);
  }
  assert(policy.startsWith("default-src 'none'; "));
  assert(
    policy.includes("connect-src 'self' ws://10.0.0.7:81 wss://10.0.0.7:81;"),
  );
  assert(!/unsafe|\*/.test(policy), policy);
  const six = page(new Request("http://[::1]:81/"))!.headers;
  assertMatch(six.get("content-security-policy")!, /connect-src 'self';/);
  // No markup besides the script's own; nothing is loaded from elsewhere.
  const markup = html.replace(/<(script|style)[^]*?<\/\1>|<!--[^]*-->/g, "");
  assertEquals(markup.match(/ on\w+=|style=|src=|https?:/g), null);
});

Deno.test("the command serves the page of the engine that it runs", async () => {
  const command = new URL("lib/cli/mod.ts", ROOT).pathname;
  await using engine = startChild(Deno.execPath(), [
    ...["run", "--quiet", "--no-check", "--allow-all", command],
    ...["engine", "--port=0"],
  ]);
  const uri = (await engine.line()).replace(/^.* /, "");
  const response = await fetch(uri);
  assertEquals(await response.text(), built.PAGE_HTML);
});
