import type { Doc, DocMetadata } from "../../../../schema/doc.ts";
import { ExecutionException } from "../../../errors.ts";
import { Room } from "./room.ts";
import { type UnitVector, unitVector } from "./vector.ts";

/** A document as it is kept. */
export interface StoredDoc {
  /** Its text. */
  readonly text: string;
  /** Where it comes from. */
  readonly metadata: DocMetadata;
  /** Its vector. */
  readonly vector: UnitVector;
  /** Bytes that it takes, or near to it. */
  readonly bytes: number;
}

/** What a document takes besides its text, metadata and vector. */
const AROUND_BYTES = 500;

/**
 * The documents of one collection of a vector store, in memory. All have the
 * embedding model and the length of vector of the first.
 */
export class Collection {
  #model: string | undefined;
  #size = 0;
  readonly #objects: Map<string, Map<number, StoredDoc>> = new Map();
  readonly #room: Room;

  /** Begin with no documents, in a room that others may share. */
  constructor(room: Room = new Room()) {
    this.#room = room;
  }

  /**
   * Add documents: all of them or, when one does not fit, none.
   *
   * One whose `chunkId` is 0 begins its object anew: what the collection has
   * of the object goes. Otherwise a document replaces its own earlier self.
   *
   * @throws {ExecutionException} A document has no vector or another kind of
   * vector, or does not say where it comes from; or there is no room.
   */
  add(documents: readonly Doc[]): void {
    const [first] = documents;
    if (!first) return;
    const model = this.#model ?? modelOf(first);
    const size = this.#model === undefined
      ? first.embedding?.length ?? 0
      : this.#size;
    const stored = documents.map((doc) => storedDoc(doc, model, size));
    this.#room.take(stored.reduce((sum, { bytes }) => sum + bytes, 0));
    this.#model = model;
    this.#size = size;
    for (const { metadata: { objectId, chunkId } } of stored) {
      if (chunkId === 0) this.#forget(objectId);
    }
    for (const doc of stored) {
      const { objectId, chunkId } = doc.metadata;
      const chunks = this.#objects.get(objectId) ??
        new Map<number, StoredDoc>();
      this.#room.free(chunks.get(chunkId)?.bytes ?? 0);
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

  #forget(objectId: string): void {
    for (const { bytes } of this.#objects.get(objectId)?.values() ?? []) {
      this.#room.free(bytes);
    }
    this.#objects.delete(objectId);
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
    bytes: 2 * letters + vector.byteLength + AROUND_BYTES,
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
