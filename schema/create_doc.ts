import type { Doc, DocMetadata } from "./doc.ts";

/**
 * Make a document of a text (api §1.4).
 *
 * @param content The text.
 * @param metadata What is known of its origin; without an `objectId` it is
 * empty, without a `chunkId` 0.
 * @returns A document with score 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDoc } from "@rocketride/streams/schema";
 *
 * assertEquals(createDoc("Rain at noon", { parent: "/weather" }), {
 *   type: "Document",
 *   page_content: "Rain at noon",
 *   score: 0,
 *   metadata: { objectId: "", chunkId: 0, parent: "/weather" },
 * });
 * ```
 */
export function createDoc(
  content: string,
  metadata: Partial<DocMetadata> = {},
): Doc {
  return {
    type: "Document",
    page_content: content,
    score: 0,
    metadata: { objectId: "", chunkId: 0, ...metadata },
  };
}

/**
 * Name a document in short, for logs and messages.
 *
 * @param doc The document.
 * @returns `Document(<objectId>.<chunkId>=<score>)`; what is not known is
 * empty, or 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docToString } from "@rocketride/streams/schema";
 *
 * const metadata = { objectId: "a1", chunkId: 2 };
 * assertEquals(docToString({ metadata, score: 0.5 }), "Document(a1.2=0.5)");
 * ```
 */
export function docToString({ metadata, score }: Doc): string {
  const { objectId = "", chunkId = 0 } = metadata ?? {};
  return `Document(${objectId}.${chunkId}=${score ?? 0})`;
}
