import { assertEquals } from "@std/assert";
import { CASES } from "./cases/mod.ts";
import { KNOWN_GAPS } from "./known_gaps.ts";

const RUNTIMES = ["deno", "bun", "node", "workerd", "chromium"];

Deno.test("no two conformance cases share a name", () => {
  const names = CASES.map(({ name }) => name);
  assertEquals(names.length, new Set(names).size);
});

Deno.test("every known gap is one of a case and a runtime, with a reason", () => {
  const names = new Set(CASES.map(({ name }) => name));
  const strays = KNOWN_GAPS.filter(({ name, reason, runtime }) =>
    !names.has(name) || !RUNTIMES.includes(runtime) || reason === ""
  );
  assertEquals(strays, []);
});
