import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { DEFECTS, DOCUMENTED } from "./support/documented_names.ts";
import { readSymbols } from "./support/read_symbols.ts";
import { mustRun } from "./support/run_program.ts";
import { hasTest } from "./support/test_titles.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("examples/from_the_official_sdk.md", ROOT);
const DEFECTS_SECTION = "Defects of the official clients";
/** Programs of both clients. */
const GUIDE_SECTION = "Side by side";
/** Examples of the documentation by the pair that shows them. */
const PAIR_OF: Readonly<Record<string, string>> = {
  "Quick Start": "Connect, run a pipeline, send a string",
  "Client with persist and callbacks":
    "A client that stays connected, with callbacks",
  "Context manager": "Connect, run a pipeline, send a string",
  "Low-level requests": "Services, and a request of one's own",
  "Send a string": "Connect, run a pipeline, send a string",
  "Stream with a pipe": "Write a pipe by hand",
  "Exceptions": "Failures",
  "1. Minimal": "Connect, run a pipeline, send a string",
  "2. One-off script": "A pipeline from an object, and its status",
  "3. Long-lived app": "A client that stays connected, with callbacks",
  "4. Upload files and poll": "Upload files, and wait for the pipeline",
  "5. Stream a large file": "Stream a large file",
  "6. Chat with a JSON answer": "A chat with an answer in JSON",
  "7. Discover services": "Services, and a request of one's own",
  "send(): text, JSON, bytes": "Strings, JSON and bytes",
  "send_files(): metadata and media types":
    "Files with metadata and media types",
  "Progress events": "The progress of uploads",
  "pipe(): context manager, manual, TypeScript": "Write a pipe by hand",
  "Error handling of send()": "Failures",
};

/** A defect that this package cannot have, with the reason. */
const NOT_HERE = /^not here: \w.+/;
/** What the platform has, and needs no export of ours. */
const PLATFORM: ReadonlySet<string> = new Set(["TypeError", "RangeError"]);

interface Section {
  readonly title: string;
  /** The cells of each row; the last one names the test. */
  readonly rows: readonly (readonly string[])[];
}

async function readSections(): Promise<Section[]> {
  const text = await Deno.readTextFile(PAGE);
  return text.split(/^## /m).slice(1).map((section) => {
    const [title = "", ...lines] = section.split("\n");
    const table = lines.filter((line) => line.startsWith("| ")).slice(2);
    const rows = table.map((line) =>
      line.split(/(?<!\\)\|/).slice(1, -1).map((cell) =>
        cell.trim().replaceAll("\\|", "|")
      )
    );
    return { title, rows };
  });
}

async function readRows(): Promise<(readonly string[])[]> {
  return (await readSections()).flatMap(({ rows }) => rows);
}

Deno.test("the page has everything that the official clients document, and nothing else", async () => {
  const sections = await readSections();
  const found = sections.filter(({ title }) =>
    title !== DEFECTS_SECTION && title !== GUIDE_SECTION
  );
  const names = found.map(({ title, rows }) => [
    title,
    rows.map(([there]) => there!.replaceAll("`", "")),
  ]);
  assertEquals(Object.fromEntries(names), { ...DOCUMENTED });
});

Deno.test("the page has every defect that the official clients are known for", async () => {
  const sections = await readSections();
  const defects = sections.find(({ title }) => title === DEFECTS_SECTION);
  assertEquals(
    defects?.rows.map(([number]) => number),
    Object.entries(DEFECTS).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`)
    ),
  );
});

Deno.test("every name on the page is exported, every example is there", async () => {
  const entries = Object.values(config.exports);
  const symbols = await readSymbols(entries, ROOT);
  const missing: string[] = [];
  for (const { title, rows } of await readSections()) {
    if (title === DEFECTS_SECTION) continue;
    for (const [, here = ""] of rows) {
      const link = /\]\((.+)\)$/.exec(here)?.[1];
      if (link !== undefined) {
        assert((await Deno.stat(new URL(link, PAGE))).isFile, link);
        continue;
      }
      const names = here.split(", ").map((name) => name.replaceAll("`", ""));
      missing.push(
        ...names.filter((name) => !symbols.has(name) && !PLATFORM.has(name)),
      );
    }
  }
  assertEquals(missing, []);
});

Deno.test("every test on the page is there, by its whole title", async () => {
  const missing: string[] = [];
  const examples = await Deno.readTextFile(
    new URL("test/support/example_outputs.ts", ROOT),
  );
  for (const row of await readRows()) {
    const test = row.at(-1)!;
    if (NOT_HERE.test(test)) continue;
    const [file, title] = test.split(" › ");
    assert(file && title, `"${test}" names no test`);
    const text = await Deno.readTextFile(new URL(`test/${file}`, ROOT));
    const tables = text.includes("EXAMPLE_OUTPUTS") ? examples : "";
    if (!hasTest(text, title, tables)) missing.push(test);
  }
  assertEquals(missing, []);
});

Deno.test("the programs of the guide are sound, and each has its twin in Python", async () => {
  const guide = (await Deno.readTextFile(PAGE)).split(/^## /m)
    .find((section) => section.startsWith(GUIDE_SECTION)) ?? "";
  const pairs = guide.split(/^### /m).slice(1);
  const titles = pairs.map((pair) => pair.slice(0, pair.indexOf("\n")));
  assertEquals(Object.keys(PAIR_OF), [...DOCUMENTED.Examples!]);
  for (const title of Object.values(PAIR_OF)) assert(titles.includes(title));
  for (const pair of pairs) {
    const languages = [...pair.matchAll(/^```(\w+)$/gm)].map(([, it]) => it);
    assertEquals(languages, ["python", "ts"], pair);
  }
  const check = ["check", "--quiet", "--doc-only", PAGE.pathname];
  await mustRun(Deno.execPath(), check, ROOT);
});
