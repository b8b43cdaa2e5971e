import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { DocFilter, DocMetadata } from "../../schema/doc.ts";
import { batches } from "../../lib/engine/nodes/retrieval/embedding.ts";
import { hashedWords } from "../../lib/engine/nodes/retrieval/hashed_words.ts";
import {
  LONGEST_WAIT_MS,
  MOST_TRIES,
  retryAfter,
  retryWait,
} from "../../lib/engine/nodes/call_api.ts";
import { docMatches } from "../../lib/engine/nodes/retrieval/search.ts";
import { snippetsOf } from "../../lib/engine/nodes/retrieval/snippets.ts";
import {
  matchesIn,
  TextIndex,
} from "../../lib/engine/nodes/retrieval/text_index.ts";
import { rowWordsIn, wordsIn } from "../../lib/engine/nodes/retrieval/words.ts";
import {
  similarity,
  unitVector,
} from "../../lib/engine/nodes/retrieval/collection.ts";

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const small = fc.double({ min: -1e6, max: 1e6, noNaN: true });

function pairOf(
  value: fc.Arbitrary<number>,
): fc.Arbitrary<[number[], number[]]> {
  return fc.integer({ min: 1, max: 20 }).chain((length) => {
    const vector = fc.array(value, { minLength: length, maxLength: length });
    return fc.tuple(vector, vector);
  });
}

Deno.test("a unit vector has length 1 and the direction of its vector", () => {
  fc.assert(fc.property(fc.array(number, { minLength: 1 }), (vector) => {
    const unit = unitVector(vector);
    const length = Math.hypot(...unit);
    if (vector.every((value) => value === 0)) return assertEquals(length, 0);
    assertAlmostEquals(length, 1, 1e-9);
    for (const [at, value] of vector.entries()) {
      assert(unit[at]! * Math.sign(value) >= 0);
    }
  }));
});

Deno.test("a similarity is symmetric and bounded", () => {
  fc.assert(fc.property(pairOf(number), ([a, b]) => {
    const value = similarity(unitVector(a), unitVector(b));
    assert(value >= 0 && value <= 1);
    assertEquals(value, similarity(unitVector(b), unitVector(a)));
  }));
});

Deno.test("a similarity knows no lengths", () => {
  const factor = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(fc.property(pairOf(fc.integer()), factor, ([a, b], factor) => {
    const longer = a.map((value) => value * factor);
    assertAlmostEquals(
      similarity(unitVector(longer), unitVector(b)),
      similarity(unitVector(a), unitVector(b)),
      1e-9,
    );
  }));
});

Deno.test("a vector is as near to itself as can be, and as far from its opposite", () => {
  fc.assert(fc.property(fc.array(small, { minLength: 1 }), (vector) => {
    fc.pre(vector.some((value) => value !== 0));
    const unit = unitVector(vector);
    const opposite = unitVector(vector.map((value) => -value));
    assertAlmostEquals(similarity(unit, unit), 1, 1e-9);
    assertAlmostEquals(similarity(unit, opposite), 0, 1e-9);
  }));
});

const metadata: fc.Arbitrary<DocMetadata> = fc.record({
  objectId: fc.constantFrom("a", "b", "c"),
  chunkId: fc.nat(5),
  nodeId: fc.constantFrom("n", "m"),
  parent: fc.constantFrom("", "/x", "/x/y", "/xy"),
  permissionId: fc.nat(2),
  isDeleted: fc.boolean(),
  isTable: fc.boolean(),
  tableId: fc.nat(2),
}, { requiredKeys: ["objectId", "chunkId"] }) as fc.Arbitrary<DocMetadata>;

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(value, { freq: 2 });

const filter: fc.Arbitrary<DocFilter> = fc.record({
  objectIds: optional(fc.subarray(["a", "b", "c"])),
  chunkIds: optional(fc.subarray([0, 1, 2, 3, 4, 5])),
  minChunkId: optional(fc.nat(5)),
  maxChunkId: optional(fc.nat(5)),
  nodeId: optional(fc.constantFrom("n", "m")),
  parent: optional(fc.constantFrom("", "/x", "/x/", "/x/y")),
  permissions: optional(fc.subarray([0, 1, 2])),
  tableIds: optional(fc.subarray([0, 1, 2])),
  isTable: optional(fc.boolean()),
  isDeleted: optional(fc.boolean()),
}, { requiredKeys: [] });

Deno.test("a filter lets through what each of its members lets through", () => {
  fc.assert(fc.property(metadata, filter, (meta, filter) => {
    const { isDeleted = null, ...rest } = filter;
    const each = Object.entries(rest).every(([member, value]) =>
      docMatches(meta, { isDeleted, [member]: value })
    );
    assertEquals(
      docMatches(meta, filter),
      each && docMatches(meta, { isDeleted }),
    );
    assertEquals(
      docMatches(meta, { isDeleted }),
      (meta.isDeleted ?? false) === (isDeleted ?? false),
    );
  }));
});

Deno.test("a folder holds what is below it, and not what only begins like it", () => {
  const meta = (parent: string): DocMetadata => ({
    objectId: "a",
    chunkId: 0,
    parent,
  });
  const below = (path: string, parent: string): boolean =>
    docMatches(meta(path), { parent });
  assertEquals(below("/x/y", "/x"), true);
  assertEquals(below("/x", "/x"), true);
  assertEquals(below("/x", "/x/"), true);
  assertEquals(below("/xy", "/x"), false);
  assertEquals(below("/", "/x"), false);
  assertEquals(below("/x", "/"), true);
});

Deno.test("waits between tries never shrink, are bounded, and end", () => {
  let last = 0;
  for (let attempt = 1; attempt < MOST_TRIES; attempt++) {
    const wait = retryWait(attempt)!;
    assert(wait >= last && wait <= LONGEST_WAIT_MS);
    last = wait;
  }
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 100 }),
    fc.option(fc.double({ min: 0, max: 1e9, noNaN: true }), { nil: undefined }),
    (attempt, asked) => {
      const wait = retryWait(attempt, asked);
      const sense = attempt < MOST_TRIES && (asked ?? 0) <= LONGEST_WAIT_MS;
      assertEquals(wait !== undefined, sense);
      if (wait === undefined) return;
      assert(wait >= 0 && wait <= LONGEST_WAIT_MS);
      if (asked !== undefined) assertEquals(wait, asked);
    },
  ));
});

Deno.test("whatever a server asks for, a wait is a number or nothing", () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789.- e:GMT,") }),
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.nat().map(String),
  );
  fc.assert(fc.property(value, fc.nat(), (text, now) => {
    const wait = retryAfter(new Headers({ "retry-after": text }), now);
    assert(wait === undefined || (Number.isFinite(wait) && wait >= 0));
  }));
});

Deno.test("batches keep every text in its order, within the limits", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ maxLength: 20 })),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: 1, max: 40 }),
    (texts, most, size) => {
      const sizeOf = (text: string): number => text.length;
      const found = batches(texts, { texts: most, size }, sizeOf);
      assertEquals(found.flat(), texts);
      for (const batch of found) {
        assert(batch.length >= 1 && batch.length <= most);
        const whole = batch.join("").length;
        assert(whole <= size || batch.length === 1);
      }
    },
  ));
});

Deno.test("hashed words are unit vectors, the same for the same words", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 64 }), (text, size) => {
    const vector = hashedWords(text, size);
    assertEquals(vector.length, size);
    const length = Math.hypot(...vector);
    if (length !== 0) assertAlmostEquals(length, 1, 1e-9);
    assertEquals(hashedWords(text, size), vector);
    assertEquals(hashedWords(` ${text}. `, size), vector);
  }));
  const near = (a: string, b: string): number =>
    similarity(
      unitVector(hashedWords(a, 384)),
      unitVector(hashedWords(b, 384)),
    );
  const question = "What is the capital of France?";
  assert(
    near(question, "Paris is the capital of France.") >
      near(question, "Bread needs flour, water and salt."),
  );
  assertAlmostEquals(near("Café au lait", "cafe AU Lait"), 1, 1e-9);
});

Deno.test("a stricter operator of an index finds less, in the same order", () => {
  const word = fc.constantFrom("a", "b", "c", "d");
  const text = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  fc.assert(fc.property(fc.array(text), text, (texts, query) => {
    const index = new TextIndex();
    for (const one of texts) index.add(one);
    const ids = (operator: "or" | "and" | "exact"): string[] => {
      const hits = index.search({ text: query, operator });
      for (const { score } of hits) assert(score > 0);
      assertEquals(hits, hits.toSorted((a, b) => b.score - a.score));
      return hits.map(({ id }) => id);
    };
    const [any, all, row] = [ids("or"), ids("and"), ids("exact")];
    assertEquals(any.filter((id) => all.includes(id)), all);
    assertEquals(all.filter((id) => row.includes(id)), row);
  }));
});

const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.array(
    fc.constantFrom(
      "北京",
      "市",
      "アメリカ",
      "ภาษา",
      "ไทย",
      "rain",
      "e\u0301",
      "\u200c",
      " ",
      ". ",
      "。",
      "\n",
      "𠮷",
    ),
    { maxLength: 300 },
  ).map((parts) => parts.join("")),
);

Deno.test("words are in the order of their text, apart, and none is lost", () => {
  fc.assert(fc.property(anyText, (text) => {
    for (const words of [[...wordsIn(text)], [...rowWordsIn(text)]]) {
      let done = 0;
      for (const { word, at, end } of words) {
        assert((at >= done || end === done) && end > at && word !== "");
        const between = text.slice(done, at);
        assertEquals(/[\p{L}\p{N}]/u.test(between), false);
        done = end;
      }
      assertEquals(/[\p{L}\p{N}]/u.test(text.slice(done)), false);
    }
  }));
});

Deno.test("a text is found by each of its words, and by any row of them", () => {
  fc.assert(
    fc.property(anyText, fc.nat(), fc.nat(5), (text, from, count) => {
      const index = new TextIndex();
      index.add("other");
      index.add(text);
      const words = [...wordsIn(text)];
      fc.pre(words.length > 0);
      const first = from % words.length;
      const last = words[Math.min(words.length - 1, first + count)]!;
      const row = text.slice(words[first]!.at, last.end);
      for (const slop of [0, 2]) {
        const query = { text: row, operator: "exact", slop } as const;
        assert(index.search(query).some((hit) => hit.text === text));
        assert(matchesIn(text, query).length > 0);
      }
    }),
    { examples: [["B\u0323\u{17000}\u1810", 1, 1]] },
  );
});

Deno.test("snippets are parts of their text, within their size, with every mark around a match", () => {
  const size = fc.integer({ min: 1, max: 60 });
  fc.assert(fc.property(anyText, size, (text, size) => {
    const [query] = wordsIn(text);
    fc.pre(query !== undefined);
    const matches = matchesIn(text, { text: query.word, operator: "or" });
    const longest = Math.max(0, ...matches.map(({ at, end }) => end - at));
    for (const snippet of snippetsOf(text, matches, size)) {
      const plain = snippet.replaceAll(/<mark[^>]*>|<\/mark>/g, "");
      assert(text.includes(plain));
      assert(plain.length <= Math.max(size, longest));
      assert(snippet.includes("<mark"));
    }
  }));
});
