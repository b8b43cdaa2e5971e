import { assertEquals, assertGreater } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { ROOT } from "../support/read_tree.ts";

const WORKFLOWS = [
  ".ci/run",
  ".github/workflows/ci.yml",
  ".github/workflows/publish.yml",
];

const PAGES = [
  "README.md",
  "bench/README.md",
  "examples/README.md",
  "examples/functions.md",
  "examples/runtimes.md",
  "test/README.md",
  "test/conformance/README.md",
];

/** What a pattern finds in some files, each once. */
async function found(
  paths: readonly string[],
  pattern: RegExp,
): Promise<Set<string>> {
  const values = new Set<string>();
  for (const path of paths) {
    const text = await Deno.readTextFile(new URL(path, ROOT));
    for (const [, value = ""] of text.matchAll(pattern)) values.add(value);
  }
  return values;
}

Deno.test("every task that a page or a workflow calls is there", async () => {
  const tasks = await found(
    [...PAGES, ...WORKFLOWS],
    /\bdeno task ([a-z][\w:]*)/g,
  );
  assertGreater(tasks.size, 5);
  const known = Object.keys(config.tasks);
  assertEquals([...tasks].filter((task) => !known.includes(task)), []);
});

Deno.test("a task of every name in the matrix of CI is there", async () => {
  const path = ".github/workflows/ci.yml";
  const [matrix = ""] = await found([path], /^ *task: \[(.+)\]$/gm);
  const known = Object.keys(config.tasks);
  const tasks = matrix.split(", ");
  assertEquals(tasks.filter((task) => !known.includes(task)), []);
});

Deno.test("all machines that build and test have one version of Deno", async () => {
  const versions = await found(WORKFLOWS, /DENO_VERSION[:=] ?([\d.]+)$/gm);
  assertEquals(versions.size, 1);
});
