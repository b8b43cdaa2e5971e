import { isRecord } from "../../../../schema/json.ts";

/**
 * The sentence in which an API says what is wrong, from whichever member its
 * dialect puts it in; empty when there is none.
 */
export function errorDetail(text: string): string {
  const body = parsed(text);
  if (!isRecord(body)) return "";
  const { error } = body;
  const found = isRecord(error)
    ? error.message
    : [error, body.message, body.detail].find((item) =>
      typeof item === "string"
    );
  return typeof found === "string" ? found.trim() : "";
}

/** Whether an answer says that the key is wrong, whatever its status. */
export function keyRefused(text: string): boolean {
  return /API_KEY_INVALID|invalid_api_key/.test(text);
}

/** Some put the record into a list. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value[0] : value;
  } catch {
    // A page of a proxy, perhaps: it has no sentence for us.
    return undefined;
  }
}
