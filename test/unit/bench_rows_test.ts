import { CONTESTS } from "../../bench/contests/all.ts";
import { FRAMES } from "../../bench/contests/frames.ts";
import { compare, ratioOf } from "../../bench/measure.ts";
import { rowsIn, table, withSection } from "../../bench/report.ts";
import { ROOT } from "../support/read_tree.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

async function textOf(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("each row of speed that is stated is checked, and the other way round", async () => {
  const frames = new Set(FRAMES.map(({ what }) => what));
  const stated = rowsIn(await textOf("bench/README.md"))
    .filter((what) => !frames.has(what));
  assertEquals(stated, CONTESTS.map(({ what }) => what));
  for (const { what, wanted } of CONTESTS) assert(wanted > 0, what);
});

Deno.test("README.md states no figure of speed: those are with the benchmarks", async () => {
  const text = await textOf("README.md");
  assertEquals(
    text.match(/\d[\d.,]* ?(?:[KMG]i?B\/s|\/s\b|times (?:as|faster))/g),
    null,
  );
});

Deno.test("a table of figures has the rows that it is read for", () => {
  const shown = [
    { what: "this", unit: "1/s", wanted: 0.9 },
    { what: "that", unit: "MB/s", wanted: 0, against: "another" },
  ];
  const row = {
    what: "this",
    ours: 123.4,
    bare: 100,
    ratio: 1.234,
    bestRatio: 1,
  };
  const text = table(shown, new Map([["deno", new Map([["this", row]])]]));
  assertEquals(text.split("\n"), [
    "| what | unit | Deno | wanted | beside |",
    "| --- | --- | ---: | ---: | --- |",
    "| this | 1/s | 123 (1.23) | 0.90 | bare WebSocket loop |",
    "| that | MB/s |  |  | another |",
  ]);
  const other = "| group | other |\n| --- | --- |\n| none | of them |\n";
  assertEquals(rowsIn(`${other}\n${text}\n\n${other}`), ["this", "that"]);
});

Deno.test("figures replace those between the marks, and nothing else", () => {
  const text = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n";
  const once = withSection(text, "x", "new");
  assertEquals(
    once,
    "a\n<!-- x: begin -->\n\nnew\n\n<!-- x: end -->\nb\n",
  );
  assertEquals(withSection(once, "x", "new"), once);
  assertThrows(() => withSection(text, "y", "new"), Error, "y: begin");
});

/** A contender that gives one figure after the other. */
function giving(...figures: number[]): () => Promise<number> {
  return () => Promise.resolve(figures.shift() ?? NaN);
}

Deno.test("contenders are compared round by round, until it is enough", async () => {
  const all = await compare(giving(10, 30, 20), giving(10, 10, 10), {
    rounds: 3,
  });
  assertEquals(all, { ours: 20, bare: 10, ratio: 2, bestRatio: 3 });
  assertEquals(ratioOf(all), 3);
  const early = await compare(giving(1, 9, 0), giving(10, 10, 0), {
    rounds: 3,
    enough: 0.9,
  });
  assertEquals([early.bestRatio, early.bare], [0.9, 10]);
  const less = await compare(giving(4, 2), giving(8, 8), {
    rounds: 2,
    lessIsBetter: true,
  });
  assertEquals([less.ratio, less.bestRatio], [4, 4]);
});

Deno.test("contenders begin in turn", async () => {
  const order: string[] = [];
  const noting = (name: string) => () => {
    order.push(name);
    return Promise.resolve(1);
  };
  await compare(noting("ours"), noting("bare"), { rounds: 3 });
  assertEquals(order, ["bare", "ours", "ours", "bare", "bare", "ours"]);
});
