import { isRecord } from "../../../../schema/json.ts";

/**
 * The text of a list of parts, as several dialects reply: parts of other
 * kinds, and what the model only thought, are left out.
 */
export function textParts(parts: unknown): string {
  if (!Array.isArray(parts)) return "";
  return parts.map((part: unknown) => {
    if (!isRecord(part) || part.thought === true) return "";
    const { type = "text", text } = part;
    return type === "text" && typeof text === "string" ? text : "";
  }).join("");
}
