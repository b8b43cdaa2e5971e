import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { CaseReport } from "../conformance/case.ts";
import { difference } from "../conformance/difference.ts";
import { gapFaults } from "../conformance/gap_faults.ts";
import { judge } from "../conformance/judge.ts";
import type { KnownGap } from "../conformance/known_gaps.ts";
import { hearing } from "../conformance/runtimes/hearing.ts";
import { inTime } from "../support/in_time.ts";
import { selected } from "../conformance/selected.ts";
import { remarks, tallyOfVerdicts } from "../conformance/summary.ts";
import { table } from "../conformance/table.ts";
import { textOf } from "../conformance/text_of.ts";

const CASE = { group: "g", name: "one", expected: { a: 1 } };
const GOOD: CaseReport = { name: "one", value: { a: 1 }, ms: 1 };
const BAD: CaseReport = { name: "one", value: { a: 2 }, ms: 1 };
const GAP: KnownGap = { runtime: "bun", name: "one", reason: "it is so" };

function verdictOf(
  reports: readonly CaseReport[],
  gaps: readonly KnownGap[] = [],
): [string, string] {
  const [verdict, ...more] = judge("bun", [CASE], reports, gaps);
  assertEquals(more, []);
  return [verdict!.outcome, verdict!.detail];
}

Deno.test("difference() tells where values differ", () => {
  const expected = { list: [1, { deep: "a" }], gone: true };
  const seen = { list: [1, { deep: "b" }, null], more: 0 };
  assertEquals(difference(expected, seen), [
    'it.list[1].deep: expected "a", saw "b"',
    "it.list[2]: expected nothing, saw null",
    "it.gone: expected true, saw nothing",
    "it.more: expected nothing, saw 0",
  ]);
  assertEquals(difference([], {}), ["it: expected [], saw {}"]);
  assertEquals(difference(null, {}), ["it: expected null, saw {}"]);
});

Deno.test("difference() is about content: no order of members, no undefined", () => {
  assertEquals(difference({ a: 1, b: 2 }, { b: 2, a: 1, c: undefined }), []);
});

Deno.test("difference() sees members that are called like inherited ones", () => {
  const seen = JSON.parse('{"__proto__":{}}');
  assertEquals(difference({}, seen).length, 1);
  assertEquals(difference(seen, seen), []);
});

Deno.test("difference() shortens what is long", () => {
  const [line = ""] = difference("", "x".repeat(10_000));
  assert(line.length < 1_100 && line.endsWith("… (10002 characters)"), line);
});

Deno.test("difference() finds none in a copy, and one in any other value", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
    assertEquals(difference(JSON.parse(left), JSON.parse(left)), []);
    const lines = difference(JSON.parse(left), JSON.parse(right));
    const same = sorted(JSON.parse(left)) === sorted(JSON.parse(right));
    assertEquals(lines.length === 0, same);
  }));
});

function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_, it) =>
      typeof it === "object" && it !== null && !Array.isArray(it)
        ? Object.fromEntries(
          Object.entries(it).sort(([a], [b]) => a < b ? -1 : 1),
        )
        : it,
  );
}

Deno.test("judge() passes what is as expected", () => {
  assertEquals(verdictOf([GOOD]), ["passed", ""]);
});

Deno.test("judge() fails what differs, fails, or is not reported once", () => {
  assertEquals(verdictOf([BAD]), ["failed", "it.a: expected 1, saw 2"]);
  const error: CaseReport = { name: "one", error: "Oh", ms: 1 };
  assertEquals(verdictOf([error]), ["failed", "Oh"]);
  assertEquals(verdictOf([]), ["failed", "Not reported"]);
  assertEquals(verdictOf([GOOD, GOOD]), ["failed", "Reported 2 times"]);
  assertEquals(verdictOf([{ name: "one", ms: 1 }]), [
    "failed",
    'it: expected {"a":1}, saw nothing',
  ]);
});

Deno.test("judge() fails reports that nobody asked for", () => {
  const stranger: CaseReport = { name: "other", value: 1, ms: 1 };
  const [, verdict] = judge("bun", [CASE], [GOOD, stranger], []);
  assertEquals(verdict, {
    runtime: "bun",
    group: "?",
    name: "other",
    outcome: "failed",
    detail: "Reported, but not asked for",
  });
});

Deno.test("judge() takes a known gap for one, in its own runtime only", () => {
  assertEquals(verdictOf([BAD], [GAP])[0], "gap");
  assertEquals(verdictOf([], [GAP])[0], "gap");
  assertEquals(verdictOf([BAD], [{ ...GAP, runtime: "node" }])[0], "failed");
  assertEquals(verdictOf([BAD], [{ ...GAP, name: "two" }])[0], "failed");
});

Deno.test("judge() fails a known gap that has gone", () => {
  assertEquals(verdictOf([GOOD], [GAP]), [
    "failed",
    "Passes: it has to be taken off known_gaps.ts",
  ]);
});

Deno.test("gapFaults() wants every gap to be of a case, once, with a reason", () => {
  const names = new Map([["bun", new Set(["one", "two"])]]);
  assertEquals(gapFaults([GAP, { ...GAP, name: "two" }], names), []);
  assertEquals(
    gapFaults([
      GAP,
      GAP,
      { ...GAP, name: "three" },
      { ...GAP, runtime: "netscape" },
      { ...GAP, name: "two", reason: " " },
    ], names),
    [
      "Listed twice: bun: one",
      "No such case: bun: three",
      "No such case: netscape: one",
      "No reason given: bun: two",
    ],
  );
});

Deno.test("selected() looks at group and name, in whatever case", () => {
  const cases = [
    { group: "pipe", name: "It closes" },
    { group: "send", name: "A pipe closes" },
    { group: "chat", name: "It answers" },
  ];
  const count = (filter: string): number => selected(cases, filter).length;
  assertEquals(
    ["", "PIPE", "pipe: it", "closes", "none"].map(count),
    [3, 2, 1, 2, 0],
  );
});

Deno.test("table() has a row for each group and one for all", () => {
  const of = (runtime: string, group: string, outcome: "passed" | "gap") => ({
    runtime,
    group,
    name: "x",
    outcome,
    detail: "",
  });
  const lines = table(["deno", "workerd"], [
    of("deno", "send", "passed"),
    of("workerd", "send", "gap"),
    of("workerd", "send", "passed"),
    of("workerd", "object", "passed"),
  ]);
  assertEquals(lines, [
    "        deno  workerd",
    "send     1/1      1/2",
    "object     -      1/1",
    "all      1/1      2/3",
  ]);
});

Deno.test("remarks() explain gaps and failures, and tallyOfVerdicts() counts", () => {
  const two = { group: "g", name: "two", expected: 1 };
  const three = { ...two, name: "three" };
  const others = ["four", "five"].map((name) => ({ ...two, name }));
  const verdicts = judge("bun", [CASE, two, three, ...others], [
    { ...BAD },
    { name: "two", error: "Error: x\n  at y\n", ms: 1 },
    { name: "three", value: 1, ms: 1 },
  ], [GAP]);
  assertEquals(remarks(verdicts, [GAP]), [
    "known gap: bun: one\n  it is so",
    "FAILED: bun: two\n  Error: x\n    at y",
    "FAILED: bun: not reported\n  four\n  five",
  ]);
  assertEquals(
    tallyOfVerdicts(verdicts),
    { passed: 1, failed: 3, skipped: 1 },
  );
});

Deno.test("textOf() tells the message even where a stack leaves it out", () => {
  const error = new TypeError("What");
  assert(textOf(error).startsWith("TypeError: What\n"));
  error.stack = "    at x";
  assertEquals(textOf(error), "TypeError: What\n    at x");
  assertEquals(textOf("thrown"), "thrown");
});

Deno.test("hearing() tells after which case something was left unhandled", async () => {
  const reports: CaseReport[] = [];
  const ears = hearing((report) => reports.push(report));
  ears.hear({ type: "unhandled", text: "a" });
  ears.hear({ type: "report", report: GOOD });
  ears.hear({ type: "unhandled", text: "b" });
  ears.hear({ type: "done" });
  await ears.done;
  ears.end();
  assertEquals(reports[0], GOOD);
  assertEquals(reports[1]?.value, ["After the start: a", "After “one”: b"]);
  assertEquals(reports.length, 2);
});

Deno.test("inTime() tells whether a promise settled, and keeps no timer", async () => {
  assertEquals(await inTime(Promise.resolve(), 60_000), true);
  assertEquals(await inTime(new Promise(() => {}), 1), false);
});
