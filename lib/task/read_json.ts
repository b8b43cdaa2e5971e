import { ValidationException } from "../errors.ts";
import { fetchPlace, shownPlace } from "../fetch_place.ts";
import { jsonFault } from "./json_fault.ts";

/**
 * Read JSON from a path or a URL.
 *
 * @throws {ValidationException} It cannot be read, or is not JSON.
 * @throws The signal's reason.
 */
export async function readJson(
  source: string | URL,
  signal: AbortSignal | null | undefined,
): Promise<unknown> {
  const text = await readText(source, signal);
  try {
    return JSON.parse(text);
  } catch {
    // Parsers quote what they could not read, and that may hold a key.
    const place = jsonFault(text);
    const where = place && `, see line ${place.line}, column ${place.column}`;
    throw new ValidationException(
      `Cannot read "${shownPlace(source)}": it is not JSON${where ?? ""}`,
    );
  }
}

async function readText(
  place: string | URL,
  signal: AbortSignal | null | undefined,
): Promise<string> {
  if (typeof place === "string" || place.protocol === "file:") {
    const { readTextFile } = await import("../runtime/read_text_file.ts");
    return await readTextFile(place);
  }
  return await (await fetchPlace(place, signal)).text();
}
