import type { Doc, DocMetadata } from "../../../../schema/doc.ts";
import { ExecutionException } from "../../../errors.ts";

const DEFAULT_BYTES = 512 * 1024 * 1024;

/** The memory that the stores of an engine share; 512 MiB by default. */
export class MemoryBudget {
  readonly #most: number;
  #taken = 0;

  /** Allow `most` bytes. */
  constructor(most: number = DEFAULT_BYTES) {
    this.#most = most;
  }

  /**
   * Reserve memory.
   *
   * @throws {ExecutionException} Less than that is left.
   */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#most) {
      throw new ExecutionException(
        `The stores in memory are full: they take ${this.#most} bytes`,
      );
    }
    this.#taken += bytes;
  }

  /** Return memory. */
  free(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** A vector of length 1, or of length 0 where there is no direction. */
export type UnitVector = Float64Array;

/** A document as a collection keeps it. */
export interface StoredDoc {
  readonly text: string;
  readonly metadata: DocMetadata;
  readonly vector: UnitVector;
  /** Memory that it takes, approximately. */
  readonly bytes: number;
}

/** What a document takes besides its text, metadata and vector. */
const DOCUMENT_BYTES = 500;

/**
 * The documents of one collection of a vector store, in memory. All have the
 * embedding model and the vector length of the first.
 */
export class Collection {
  #model: string | undefined;
  #size = 0;
  readonly #objects: Map<string, Map<number, StoredDoc>> = new Map();
  readonly #budget: MemoryBudget;

  /** Begin with no documents; the budget may be shared. */
  constructor(budget: MemoryBudget = new MemoryBudget()) {
    this.#budget = budget;
  }

  /**
   * Add documents: all of them or, when one does not fit, none.
   *
   * One whose `chunkId` is 0 replaces all of its object. Another replaces the
   * one with the same `chunkId`.
   *
   * @throws {ExecutionException} A document has no vector or another kind of
   * vector, or no metadata; or there is no memory for it.
   */
  add(documents: readonly Doc[]): void {
    const [first] = documents;
    if (!first) return;
    const model = this.#model ?? modelOf(first);
    const size = this.#model === undefined
      ? first.embedding?.length ?? 0
      : this.#size;
    const stored = documents.map((doc) => storedDoc(doc, model, size));
    this.#budget.take(stored.reduce((sum, { bytes }) => sum + bytes, 0));
    this.#model = model;
    this.#size = size;
    for (const { metadata: { objectId, chunkId } } of stored) {
      if (chunkId !== 0) continue;
      const chunks = this.#objects.get(objectId) ?? new Map();
      for (const { bytes } of chunks.values()) this.#budget.free(bytes);
      this.#objects.delete(objectId);
    }
    for (const doc of stored) {
      const { objectId, chunkId } = doc.metadata;
      const chunks = this.#objects.get(objectId) ??
        new Map<number, StoredDoc>();
      this.#budget.free(chunks.get(chunkId)?.bytes ?? 0);
      this.#objects.set(objectId, chunks.set(chunkId, doc));
    }
  }

  /** All documents, those of an object together. */
  *documents(): Generator<StoredDoc> {
    for (const chunks of this.#objects.values()) yield* chunks.values();
  }

  /**
   * Check that a vector can be compared with those of the collection.
   *
   * @throws {ExecutionException} It is of another model or length.
   */
  check(embedding: readonly number[], model: string): void {
    if (this.#model === undefined) return;
    checkVector("question", embedding, model, this.#model, this.#size);
  }
}

function storedDoc(doc: Doc, model: string, size: number): StoredDoc {
  const { page_content, metadata, embedding = [] } = doc;
  checkVector("document", embedding, modelOf(doc), model, size);
  if (!metadata) {
    throw new ExecutionException(
      "A document without metadata cannot be stored",
    );
  }
  const text = page_content ?? "";
  const vector = unitVector(embedding);
  const letters = text.length + JSON.stringify(metadata).length;
  return {
    text,
    metadata: structuredClone(metadata),
    vector,
    bytes: 2 * letters + vector.byteLength + DOCUMENT_BYTES,
  };
}

function modelOf({ embedding_model, embedding }: Doc): string {
  if (embedding_model && embedding && embedding.length > 0) {
    return embedding_model;
  }
  throw new ExecutionException(
    "You must run your documents through an embedding filter",
  );
}

function checkVector(
  what: "document" | "question",
  embedding: readonly number[],
  model: string,
  wanted: string,
  size: number,
): void {
  if (model !== wanted) {
    throw new ExecutionException(
      `The collection uses ${wanted} but the ${what} was encoded with ${model}`,
    );
  }
  if (embedding.length !== size) {
    throw new ExecutionException(
      `The collection uses a vector size of ${size} but the ${what} has ` +
        `${embedding.length} vector size`,
    );
  }
  if (!embedding.every(Number.isFinite)) {
    throw new ExecutionException(`The vector of a ${what} must be of numbers`);
  }
}

/** Scale a vector of finite numbers to length 1. */
export function unitVector(vector: readonly number[]): UnitVector {
  const unit = Float64Array.from(vector);
  const largest = unit.reduce(
    (most, value) => Math.max(most, Math.abs(value)),
    0,
  );
  if (largest === 0) return unit;
  // First to at most 1 each: the squares of large numbers are too large.
  for (const [at, value] of unit.entries()) unit[at] = value / largest;
  const length = Math.sqrt(unit.reduce((sum, value) => sum + value * value, 0));
  return unit.map((value) => value / length);
}

/** The similarity of two vectors, from 0 to 1: their cosine, rescaled. */
export function similarity(a: UnitVector, b: UnitVector): number {
  let cosine = 0;
  for (let at = 0; at < a.length; at += 1) cosine += a[at]! * (b[at] ?? 0);
  return (Math.max(-1, Math.min(1, cosine)) + 1) / 2;
}
