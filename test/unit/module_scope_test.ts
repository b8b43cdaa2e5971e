import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { readTree, ROOT } from "../support/read_tree.ts";
import { runProgram } from "../support/run_program.ts";
import { tempFolder } from "../support/temp_folder.ts";

// Some runtimes end a program whose modules start timers, connections or
// streams, or draw random numbers, while they are being imported.
const GUARD = `
  function refuse(name) {
    return () => { throw new Error("at module scope: " + name); };
  }
  const functions = [
    [globalThis, "setTimeout"], [globalThis, "setInterval"],
    [globalThis, "queueMicrotask"], [globalThis, "fetch"],
    [Math, "random"], [crypto, "getRandomValues"], [crypto, "randomUUID"],
  ];
  for (const [owner, name] of functions) {
    Object.defineProperty(owner, name, { value: refuse(name) });
  }
  const classes = [
    "AbortController", "WebSocket", "ReadableStream", "WritableStream",
    "TransformStream", "MessageChannel", "BroadcastChannel", "EventTarget",
    "Worker",
  ];
  // A class may be extended, but no instance made.
  for (const name of classes) {
    globalThis[name] = new Proxy(globalThis[name], { construct: refuse(name) });
  }
`;

async function importGuarded(specifiers: readonly string[]): Promise<string> {
  await using temp = await tempFolder();
  const folder = temp.path;
  const imports = specifiers.map((name) => `await import("${name}");\n`);
  await Deno.writeTextFile(`${folder}/main.js`, GUARD + imports.join(""));
  const { code, stderr } = await runProgram(Deno.execPath(), [
    ...["run", "--quiet", "--no-check", "--config", "deno.json"],
    `${folder}/main.js`,
  ], ROOT);
  assertEquals(code === 0, stderr === "");
  return stderr;
}

Deno.test("importing any entry does nothing but define things", async () => {
  // The command is a program, and its packages look at the terminal.
  const { "./cli": _, ...libraries } = config.exports;
  const entries = Object.values(libraries)
    .map((path) => new URL(path, ROOT).href);
  assertEquals(await importGuarded(entries), "");
});

Deno.test("the guard notices work at module scope, and lets classes be", async () => {
  const asModule = (code: string): string =>
    `data:text/javascript,${encodeURIComponent(code)}`;
  for (
    const code of [
      "setTimeout(() => {})",
      "new AbortController()",
      "new (class extends WritableStream {})()",
      "crypto.randomUUID()",
    ]
  ) {
    const text = await importGuarded([asModule(code)]);
    assert(text.includes("at module scope"), `${code}: ${text}`);
  }
  const extended = asModule("export class A extends WritableStream {}");
  assertEquals(await importGuarded([extended]), "");
});

Deno.test("every shipped module can be imported on its own", async () => {
  // Coverage counts what has been loaded: this way it counts everything.
  const files = await readTree(["mod.ts", "lib", "schema"]);
  for (const path of files.keys()) {
    const module: unknown = await import(new URL(path, ROOT).href);
    assertEquals(typeof module, "object");
  }
});

Deno.test("nothing that ships makes code out of text, which pages and workers forbid", async () => {
  const files = await readTree(["mod.ts", "lib", "schema"]);
  const guilty = [...files].filter(([, text]) =>
    /\beval\(|\bnew Function\(|\bFunction\(/.test(text)
  );
  assertEquals(guilty.map(([path]) => path), []);
});
