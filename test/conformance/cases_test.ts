import { assertEquals } from "@std/assert";
import { caseNames } from "./case_names.ts";
import { CASES } from "./cases/mod.ts";
import { gapFaults } from "./gap_faults.ts";
import { KNOWN_GAPS } from "./known_gaps.ts";
import { RUNTIMES } from "./runtimes/mod.ts";

Deno.test("no two cases or checks of a runtime share a name", () => {
  for (const { name, checks } of RUNTIMES) {
    const size = caseNames().get(name)?.size;
    assertEquals(size, CASES.length + checks.length, name);
  }
});

Deno.test("every known gap is one of a case and a runtime, once, with a reason", () => {
  assertEquals(gapFaults(KNOWN_GAPS, caseNames()), []);
});
