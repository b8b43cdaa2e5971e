import type { Doc } from "../../../schema/doc.ts";
import type { ObjectInfo } from "../node.ts";

/** The node id in the metadata of chunks; any fixed UUID does. */
const NODE_ID = "5d0a7a0e-3b7c-4c55-9d1f-6f2f4a8e21c7";

/** Where in its object a document comes from. */
export interface DocPlace {
  /** Its number in the object, from 0. */
  readonly chunkId: number;
  /** The id of the component that makes it. */
  readonly signature: string;
  /**
   * Whether the text is a table.
   *
   * @default {false}
   */
  readonly isTable?: boolean;
}

/** Make a document of a part of an object. */
export function objectDoc(
  object: ObjectInfo,
  page_content: string,
  { chunkId, signature, isTable = false }: DocPlace,
): Doc {
  return {
    type: "Document",
    page_content,
    metadata: {
      objectId: object.objectId,
      nodeId: NODE_ID,
      parent: object.path,
      permissionId: 0,
      signature,
      isDeleted: false,
      isTable,
      tableId: 0,
      chunkId,
    },
  };
}
