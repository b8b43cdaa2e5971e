import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import committed from "../../bench/size/sizes.json" with { type: "json" };
import { compareSizes } from "../../bench/size/compare_sizes.ts";
import {
  measureEngine,
  MOST_ENGINE_BYTES,
} from "../../bench/size/measure_engine.ts";
import {
  measureSizes,
  measureSources,
} from "../../bench/size/measure_sizes.ts";
import { sizeTable } from "../../bench/size/size_table.ts";

Deno.test("programs with the package are small", async (t) => {
  const measured = await measureSizes();

  await t.step("none has become larger than was committed", () => {
    assertEquals(compareSizes(measured, committed), []);
    assertEquals(Object.keys(committed), Object.keys(measured));
  });

  await t.step(
    "bundling the package first makes them 2 % larger at most",
    async () => {
      const sources = await measureSources();
      for (const [name, { minified, gzip }] of Object.entries(measured)) {
        const { minified: most, gzip: mostGzip } = sources[name]!;
        assert(minified <= most * 1.02, `${name}: ${minified}, was ${most}`);
        assert(gzip <= mostGzip * 1.02, `${name}: ${gzip}, was ${mostGzip}`);
      }
    },
  );
});

Deno.test("a page loads little of the engine before it starts a pipeline", async (t) => {
  const { gzip, later } = await measureEngine();
  await t.step(
    `count: ${gzip} bytes, at most ${MOST_ENGINE_BYTES}`,
    () => assert(gzip <= MOST_ENGINE_BYTES),
  );
  assert(Object.keys(later).length > 5, "packs have chunks of their own");
});

const SIZE = { minified: 10_000, gzip: 1_000, inlinedGzip: 1_100 };

Deno.test("compareSizes() lets sizes shrink, and grow a little", () => {
  const now = { minified: 10_100, gzip: 900, inlinedGzip: 1_111 };
  assertEquals(compareSizes({ a: now }, { a: SIZE, b: SIZE }), []);
});

Deno.test("compareSizes() tells each size that grew, and what to do", () => {
  const now = { minified: 10_101, gzip: 1_011, inlinedGzip: 1_112 };
  const sentences = compareSizes({ a: now, b: SIZE }, { a: SIZE });
  assertEquals(sentences.length, 4);
  const [minified = "", gzip = "", inlined = "", missing = ""] = sentences;
  assertStringIncludes(minified, '"a" grew from 10000 to 10101 bytes');
  assertStringIncludes(gzip, '"a" grew from 1000 to 1011 bytes (gzip)');
  assertStringIncludes(inlined, "from 1100 to 1112 bytes (inlined, gzip)");
  assertStringIncludes(missing, '"b" has no committed size');
  assert(sentences.every((text) => text.includes("deno task size --write")));
});

Deno.test("sizeTable() has a line for each program", () => {
  const lines = sizeTable({ a: SIZE, b: SIZE }).split("\n");
  assertEquals(lines.slice(2), [
    "| a | 10000 | 1000 | 1100 |",
    "| b | 10000 | 1000 | 1100 |",
  ]);
});
