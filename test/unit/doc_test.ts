import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  addDocument,
  createDoc,
  createDocFilter,
  createDocGroup,
  type Doc,
  docFilterFromJson,
  docFilterToJson,
  docFromJson,
  type DocGroup,
  docGroupFromJson,
  docGroupToJson,
  docMetadataFromJson,
  docMetadataToJson,
  docToJson,
  docToString,
  filterByScore,
  forFullDocuments,
  forTables,
  getAverageScore,
  getBestDocument,
  getDocumentCount,
  getFullContent,
  getTableDocuments,
  getTextDocuments,
  getTotalTokens,
  hasTableData,
  mergeDocGroups,
  sortDocuments,
  splitByChunkRange,
  validateDocFilter,
  withAIEnhancements,
} from "@rocketride/streams/schema";

function chunk(chunkId: number, more: Doc = {}): Doc {
  return Object.freeze({
    page_content: `Part ${chunkId}`,
    metadata: { objectId: "a1", chunkId },
    ...more,
  });
}

function group(...documents: Doc[]): DocGroup {
  return Object.freeze(createDocGroup("a1", "/", Object.freeze(documents)));
}

const TABLE = chunk(7, {
  metadata: { objectId: "a1", chunkId: 7, isTable: true },
});

Deno.test("a document is made of its text and what is known of its origin", () => {
  const doc = createDoc("Rain", { chunkId: 3, modelName: "m" });
  assertEquals(doc.metadata, { objectId: "", chunkId: 3, modelName: "m" });
  assertEquals(docToString(doc), "Document(.3=0)");
  assertEquals(docToString({}), "Document(.0=0)");
});

Deno.test("a document's JSON has no null, and keeps what it has", () => {
  const doc = Object.freeze({
    ...chunk(1),
    embedding_model: null,
    embedding: [1, 2],
    score: NaN,
    tokens: 0,
    metadata: Object.freeze({
      objectId: "a1",
      chunkId: 1,
      isTable: false,
      vectorSize: null,
    }),
  });
  const kept = { objectId: "a1", chunkId: 1, isTable: false };
  assertEquals(JSON.parse(docToJson(doc)), {
    page_content: "Part 1",
    embedding: [1, 2],
    tokens: 0,
    metadata: kept,
  });
  assertEquals(docMetadataToJson(doc.metadata), JSON.stringify(kept));
});

Deno.test("a document is read with its defaults, without nulls and strangers", () => {
  const json = {
    page_content: "Rain",
    score: null,
    context: ["before"],
    colour: "grey",
    metadata: { objectId: "a1", chunkId: 0, parent: null, modelName: "m" },
  };
  const read = {
    type: "Document",
    page_content: "Rain",
    context: ["before"],
    metadata: { objectId: "a1", chunkId: 0, modelName: "m" },
  };
  assertEquals(docFromJson(json), read);
  assertEquals(docFromJson(JSON.stringify(json)), read);
  assertEquals(docFromJson({ type: "Page", metadata: null }), { type: "Page" });
});

Deno.test("what is no document is refused, and the member named", () => {
  const faults: readonly (readonly [unknown, string])[] = [
    [[], "Cannot read a document: expected an object"],
    [{ page_content: 1 }, '"page_content" must be text'],
    [{ score: "1" }, '"score" must be a number'],
    [{ tokens: 1.5 }, '"tokens" must be a whole number'],
    [{ embedding: [1, "2"] }, '"embedding" must be a list of numbers'],
    [{ context: "x" }, '"context" must be a list of texts'],
    [{ metadata: "{}" }, "Cannot read metadata: expected an object"],
    [{ metadata: { objectId: "a" } }, '"chunkId" must be a whole number'],
    [
      { metadata: { objectId: "a", chunkId: 0, isTable: 1 } },
      '"isTable" must be a boolean',
    ],
  ];
  for (const [json, words] of faults) {
    assertThrows(() => docFromJson(json), TypeError, words);
  }
  assertThrows(() => docMetadataFromJson({}), TypeError, '"objectId"');
  assertThrows(() => docFromJson("{"), SyntaxError);
});

Deno.test("filters have the official defaults and presets", () => {
  const defaults = createDocFilter();
  assertEquals(defaults, {
    fullTables: false,
    fullDocuments: false,
    offset: 0,
    limit: 25,
    useQuickRank: false,
    useGroupRank: false,
    followUpQuestions: 5,
    context: false,
  });
  assertEquals(forTables(3, 6), {
    ...defaults,
    isTable: true,
    fullTables: true,
    useQuickRank: true,
    limit: 3,
    offset: 6,
  });
  assertEquals([forTables().limit, forTables().offset], [20, 0]);
  assertEquals(forFullDocuments(), {
    ...defaults,
    fullDocuments: true,
    limit: 10,
  });
  assertEquals(withAIEnhancements(), {
    ...defaults,
    useQuickRank: true,
    useGroupRank: true,
    context: true,
  });
  assertEquals(withAIEnhancements(Object.freeze({ limit: 1 })).limit, 1);
});

Deno.test("a filter's numbers are checked, and none has to be there", () => {
  assertEquals(validateDocFilter({ limit: null }), []);
  assertEquals(validateDocFilter({ limit: 1_000, offset: 0 }), []);
  assertEquals(
    validateDocFilter({ limit: 1_001, offset: -1, followUpQuestions: -1 }),
    [
      "Limit must be between 1 and 1000",
      "Offset must not be negative",
      "Number of follow-up questions must not be negative",
    ],
  );
});

Deno.test("a filter survives the way to JSON and back, but for nulls", () => {
  const filter = {
    ...forTables(),
    name: null,
    objectIds: ["a1"],
    permissions: [1],
  };
  const { name: _, ...rest } = filter;
  assertEquals(docFilterFromJson(docFilterToJson(filter)), rest);
  assertEquals(docFilterFromJson({ colour: "grey" }), {});
  assertThrows(() => docFilterFromJson([]), TypeError, "expected an object");
  assertThrows(
    () => docFilterFromJson({ objectIds: [1] }),
    TypeError,
    '"objectIds" must be a list of texts',
  );
});

Deno.test("a group takes documents without being changed", () => {
  const empty = group();
  const one = addDocument(empty, chunk(0, { score: 0.5 }));
  const two = addDocument(one, chunk(1, { score: 0.2 }));
  assertEquals([two.score, getDocumentCount(two)], [0.5, 2]);
  assertEquals([empty.score, getDocumentCount(empty)], [0, 0]);
  assertEquals(getFullContent(two), "Part 0\nPart 1");
  assertEquals(getFullContent(group({}, chunk(1))), "\nPart 1");
});

Deno.test("a group tells its best, its average and its sum", () => {
  const a = chunk(0, { score: 0.5, tokens: 3 });
  const b = chunk(1, { score: 0.5, tokens: null });
  const full = group(chunk(2), a, b);
  assertStrictEquals(getBestDocument(full), a);
  assertEquals(getBestDocument(group()), undefined);
  assertEquals(getAverageScore(group(a, chunk(3))), 0.25);
  assertEquals(getAverageScore(group()), 0);
  assertEquals(getTotalTokens(full), 3);
});

Deno.test("a group's documents are sorted and picked in a copy", () => {
  const a = chunk(2, { score: 0.1 });
  const b = chunk(0, { score: 0.9 });
  const full = group(a, b, TABLE);
  assertEquals(sortDocuments(full).documents, [b, a, TABLE]);
  assertEquals(sortDocuments(full, "chunkId").documents, [b, a, TABLE]);
  assertEquals(sortDocuments(group(TABLE, a), "chunkId").documents, [a, TABLE]);
  assertEquals(filterByScore(full, 0.1).documents, [a, b]);
  assertEquals(getTableDocuments(full), [TABLE]);
  assertEquals(getTextDocuments(full), [a, b]);
  assertEquals([hasTableData(full), hasTableData(group(a))], [true, false]);
});

Deno.test("groups of one object are merged, others refused", () => {
  const first = { ...group(chunk(0)), score: 0.2 };
  const second = { ...group(chunk(1)), score: 0.7 };
  assertEquals(mergeDocGroups([]), undefined);
  assertStrictEquals(mergeDocGroups([first]), first);
  const merged = mergeDocGroups([first, second]);
  assertEquals([merged?.score, merged?.documents], [0.7, [chunk(0), chunk(1)]]);
  const other = createDocGroup("b2", "/");
  assertThrows(
    () => mergeDocGroups([first, other]),
    RangeError,
    "different objects",
  );
});

Deno.test("a group is cut in the order of its text", () => {
  const full = group(
    chunk(2, { score: 0.9 }),
    chunk(0, { score: 0.1 }),
    chunk(1, { score: 0.3 }),
  );
  const parts = splitByChunkRange(full, 2);
  assertEquals(parts.map(getFullContent), ["Part 0\nPart 1", "Part 2"]);
  assertEquals(parts.map(({ score }) => score), [0.3, 0.9]);
  assertEquals(splitByChunkRange(group(), 2), []);
  for (const size of [0, -1, 1.5, NaN]) {
    assertThrows(() => splitByChunkRange(full, size), RangeError, `${size}`);
  }
});

Deno.test("a group survives the way to JSON and back", () => {
  const full = addDocument(group(), { type: "Document", ...chunk(0) });
  assertEquals(docGroupFromJson(docGroupToJson(full)), full);
  assertEquals(docGroupFromJson({}), createDocGroup("", ""));
  const faults: readonly (readonly [unknown, string])[] = [
    ["null", "expected an object"],
    [{ score: "1" }, '"score" must be a number'],
    [{ documents: {} }, '"documents" must be a list'],
    [{ documents: [1] }, '"documents" must be a list of objects'],
    [{ documents: [{ score: "1" }] }, '"score" must be a number'],
  ];
  for (const [json, words] of faults) {
    assertThrows(() => docGroupFromJson(json), TypeError, words);
  }
});
