import { docFromJson, type DocGroup, plainDoc } from "./doc.ts";
import { parseRecord, readList, readMembers } from "./json.ts";

/**
 * Write a group of documents as JSON text; members of documents that are not
 * set are left out.
 *
 * @param group The group; it is not changed.
 * @returns One complete JSON document.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createDocGroup, docGroupToJson } from "@rocketride/streams/schema";
 *
 * assertEquals(
 *   docGroupToJson(createDocGroup("a1", "/", [{ context: null }])),
 *   '{"score":0,"objectId":"a1","parent":"/","documents":[{}]}',
 * );
 * ```
 */
export function docGroupToJson(group: DocGroup): string {
  return JSON.stringify({
    ...group,
    documents: group.documents.map(plainDoc),
  });
}

/**
 * Read a group of documents from its JSON form; the way back from
 * {@linkcode docGroupToJson}.
 *
 * @param json JSON text, or what it parses to. Members that are missing take
 * their defaults; members this version does not know are left out.
 * @returns The group.
 * @throws {SyntaxError} The text is not JSON.
 * @throws {TypeError} It is no group of documents.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { docGroupFromJson } from "@rocketride/streams/schema";
 *
 * const group = docGroupFromJson('{"objectId":"a1"}');
 * assertEquals([group.score, group.documents], [0, []]);
 * ```
 */
export function docGroupFromJson(json: unknown): DocGroup {
  const what = "a group of documents";
  const record = parseRecord(what, json);
  return {
    score: 0,
    objectId: "",
    parent: "",
    ...readMembers(what, record, {
      score: "number",
      objectId: "text",
      parent: "text",
    }),
    documents: readList(what, record, "documents", docFromJson),
  };
}
