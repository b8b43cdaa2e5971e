import { assert, assertEquals } from "@std/assert";
import { readTree } from "../support/read_tree.ts";
import {
  type ExpressionScan,
  expressionsIn,
  type FoundExpression,
} from "./expressions_in.ts";

const ROOT = new URL("../../", import.meta.url);

/** Modules that make expressions later than when they are loaded. */
const MADE_LATER: Readonly<Record<string, string>> = {
  "lib/engine/nodes/agent/filesystem.ts": "written by a pipeline's author",
  "lib/engine/nodes/agent/http_rules.ts": "written by a pipeline's author",
  "lib/engine/nodes/llm/llm_override.ts": "written by a pipeline's author",
  "lib/engine/nodes/text_splitter.ts": "a copy of one that is checked",
  "schema/_find_json.ts": "a copy of one that is checked",
  "schema/parse_python.ts": "a copy of one that is checked",
};

/** Expressions that the check is wrong about, with the reason. */
const KNOWN: Readonly<Record<string, string>> = {};

async function run(
  program: string,
  args: readonly string[],
  input: string,
): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", "--no-check", program, ...args],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const [{ success, stdout }] = await Promise.all([
    child.output(),
    new Response(input).body!.pipeTo(child.stdin),
  ]);
  assert(success, `${program} must run`);
  return new TextDecoder().decode(stdout);
}

/** What may take long of some expressions, as lines of text. */
async function faultsOf(
  expressions: readonly FoundExpression[],
): Promise<readonly string[]> {
  const output = await run(
    "test/scaling/check_expressions_program.ts",
    [],
    JSON.stringify(expressions),
  );
  return output.split("\n").filter((line) => line !== "").map((line) => {
    const { path, source, flags, found } = JSON.parse(line);
    return `${path}: /${source}/${flags}: ${found}`;
  });
}

async function allExpressions(): Promise<
  ExpressionScan & { readonly loaded: readonly FoundExpression[] }
> {
  const files = await readTree(["lib", "schema", "mod.ts"]);
  const scan = expressionsIn(files);
  const output = await run(
    "test/scaling/made_expressions_program.ts",
    [...scan.made.keys()],
    "",
  );
  return { ...scan, loaded: JSON.parse(output) };
}

Deno.test("no regular expression takes more time than in proportion to its text", async (t) => {
  const { literals, loaded } = await allExpressions();
  const unique = new Map(
    [...literals, ...loaded].map((found) => [
      `/${found.source}/${found.flags}`,
      found,
    ]),
  );
  const faults = await faultsOf([...unique.values()]);
  const unknown = faults.filter((fault) =>
    !Object.keys(KNOWN).some((known) => fault.includes(known))
  );
  const stale = Object.keys(KNOWN).filter((known) =>
    ![...unique.keys()].some((expression) => known.includes(expression))
  );
  assertEquals(stale, []);
  await t.step(
    `count: ${unique.size} regular expressions`,
    () => assertEquals(unknown, []),
  );
});

Deno.test("every module that makes expressions does so when it is loaded, or it is said why not", async () => {
  const { made, loaded } = await allExpressions();
  const seen = new Set(loaded.map(({ path }) => path));
  const later = [...made.keys()].filter((path) => !seen.has(path));
  assertEquals(later.sort(), Object.keys(MADE_LATER).sort());
});

Deno.test("the check finds an expression that takes exponential time", async () => {
  const [found] = expressionsIn(
    new Map([["a.ts", "export const A = /^(<!--[^]*?-->\\s*)*<html/;"]]),
  ).literals;
  assertEquals(found, {
    source: "^(<!--[^]*?-->\\s*)*<html",
    flags: "",
    path: "a.ts",
  });
  const faults = await faultsOf([found!]);
  assertEquals(faults.length, 1);
  assert(faults[0]!.includes(": exponential, for example "), faults[0]);
});
