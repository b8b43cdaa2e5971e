import { assertEquals, assertThrows } from "@std/assert";
import type { Doc } from "../../../schema/doc.ts";
import {
  Collection,
  MemoryBudget,
} from "../../../lib/engine/nodes/retrieval/collection.ts";
import { TextIndex } from "../../../lib/engine/nodes/retrieval/text_index.ts";
import { ExecutionException } from "../../../lib/errors.ts";

function doc(objectId: string, chunkId: number, page_content = "x"): Doc {
  return {
    type: "Document",
    page_content,
    embedding: [1, 0],
    embedding_model: "m",
    metadata: { objectId, chunkId },
  };
}

const FULL = "The stores in memory are full: they take 10000 bytes";

Deno.test("stores share a room, and what does not fit is not added", () => {
  const room = new MemoryBudget(10_000);
  const collection = new Collection(room);
  const index = new TextIndex(room);
  collection.add([doc("a", 0), doc("a", 1)]);
  index.add(Array.from({ length: 100 }, (_, at) => `word${at}`).join(" "));
  const size = (): number => [...collection.documents()].length;
  assertThrows(
    () => collection.add([doc("b", 0), doc("b", 1, "x".repeat(2_000))]),
    ExecutionException,
    FULL,
  );
  assertEquals(size(), 2);
  assertThrows(() => index.add("x".repeat(5_000)), ExecutionException, FULL);
  assertEquals(index.search({ text: "word7", operator: "or" }).length, 1);
});

Deno.test("what is replaced makes room", () => {
  const collection = new Collection(new MemoryBudget(10_000));
  for (let round = 0; round < 50; round++) {
    collection.add([doc("a", 0), doc("a", 1), doc("a", 2)]);
    collection.add([doc("a", 1, "y")]);
  }
  assertEquals([...collection.documents()].length, 3);
});
