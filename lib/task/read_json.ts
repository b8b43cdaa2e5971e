import { ValidationException } from "../errors.ts";
import { fetchPlace, shownPlace } from "../fetch_place.ts";

/**
 * Read JSON from a path or a URL.
 *
 * @throws {ValidationException} It cannot be read, or is not JSON.
 * @throws The signal's reason.
 */
export async function readJson(
  place: string | URL,
  signal: AbortSignal | null | undefined,
): Promise<unknown> {
  const text = await readText(place, signal);
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Parsers quote what they could not read, and that may hold a key.
    throw new ValidationException(
      `Cannot read "${shownPlace(place)}": it is not JSON${position(cause)}`,
    );
  }
}

/** Where a parser stopped, if it says so. */
function position(error: unknown): string {
  const text = error instanceof Error ? error.message : "";
  return / at position \d+/.exec(text)?.[0] ?? "";
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
