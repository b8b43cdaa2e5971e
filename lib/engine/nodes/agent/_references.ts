import { isRecord, type JsonValue } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import { queryPath } from "../memory/query_path.ts";
import { VALUE_FORMATS, valueText } from "./_value_text.ts";

/** Looks a value up in memory. */
export type Recall = (key: string) => Promise<JsonValue>;

/** `{{memory.ref:key}}`, perhaps with a format, perhaps with a path. */
const REFERENCE = /\{\{memory\.ref:([^:{}]+)(?::([a-z_]*)(?::([^{}]+))?)?\}\}/g;

/**
 * Put what is in memory in the place of references to it.
 *
 * A text that is one reference without a format becomes the value itself;
 * inside other text it becomes text.
 *
 * @throws {ExecutionException} A format or a path is none.
 * @throws What `recall` throws.
 */
export async function resolveReferences(
  value: unknown,
  recall: Recall,
): Promise<unknown> {
  if (typeof value === "string") return await resolveText(value, recall);
  if (Array.isArray(value)) {
    return await Promise.all(
      value.map((item) => resolveReferences(item, recall)),
    );
  }
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(async ([name, member]) =>
    [name, await resolveReferences(member, recall)] as const
  );
  return Object.fromEntries(await Promise.all(members));
}

async function resolveText(text: string, recall: Recall): Promise<unknown> {
  const parts: string[] = [];
  let done = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const [whole, key = "", format = "", path = ""] = match;
    const value = queryPath(await recall(key), path);
    if (whole === text && format === "") return value;
    parts.push(text.slice(done, match.index), valueText(value, read(format)));
    done = match.index + whole.length;
  }
  return parts.join("") + text.slice(done);
}

function read(format: string): (typeof VALUE_FORMATS)[number] {
  const found = VALUE_FORMATS.find((known) => known === (format || "text"));
  if (found) return found;
  throw new ExecutionException(
    `There is no format '${format}', only ${VALUE_FORMATS.join(", ")}`,
  );
}
