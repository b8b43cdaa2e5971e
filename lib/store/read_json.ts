import type { JsonValue } from "../../schema/json.ts";
import { RocketRideException } from "../errors.ts";
import type { Session } from "../session/session.ts";
import type { ReadFileOptions } from "./read_file.ts";
import { readText } from "./read_text.ts";

/** Options of {@linkcode readJson}. */
export type ReadJsonOptions = Omit<ReadFileOptions, "offset" | "length">;

/**
 * Read a file of the store as JSON. Official clients call it `fsReadJson`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param options See {@linkcode ReadJsonOptions}.
 * @returns The value.
 * @throws {RocketRideException} With the code `file-not-readable` where the
 * file holds no JSON.
 * @throws What {@linkcode readFile} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readJson, writeJson } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeJson(session, "settings.json", { theme: "dark" });
 * assertEquals(await readJson(session, "settings.json"), { theme: "dark" });
 * await close(session);
 * await engine.close();
 * ```
 */
export async function readJson(
  session: Session,
  path: string,
  options: ReadJsonOptions = {},
): Promise<JsonValue> {
  const text = await readText(session, path, options);
  try {
    return JSON.parse(text);
  } catch {
    // Parsers quote what they could not read.
    throw new RocketRideException(`Cannot read as JSON: ${path}`, {
      code: "file-not-readable",
      hint: "Look at the file with readText()",
    });
  }
}
