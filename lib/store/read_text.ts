import { checkOptions } from "../check.ts";
import type { JsonValue } from "../../schema/json.ts";
import { RocketRideException } from "../errors.ts";
import type { Session } from "../session/session.ts";
import { READ_NAMES, readFile, type ReadFileOptions } from "./read_file.ts";

/** Options of {@linkcode readText}. */
export interface ReadTextOptions extends ReadFileOptions {
  /**
   * What the bytes mean, for example `utf-16le`: a label of the Encoding
   * standard.
   *
   * @default {"utf-8"}
   */
  readonly encoding?: string | undefined;
}

/**
 * Read a file of the store as text. Official clients call it `fsReadString`.
 *
 * A byte order mark at the start is left out. Bytes that are no text reject:
 * nothing is replaced.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param options See {@linkcode ReadTextOptions}.
 * @returns The text.
 * @throws {RangeError} The encoding is not known. Nothing was sent.
 * @throws {RocketRideException} With the code `file-not-readable` where the
 * file holds something else.
 * @throws What {@linkcode readFile} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readText, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "note.txt", "Grüße");
 * assertEquals(await readText(session, "note.txt"), "Grüße");
 * await close(session);
 * await engine.close();
 * ```
 */
export async function readText(
  session: Session,
  path: string,
  options: ReadTextOptions = {},
): Promise<string> {
  checkOptions(options, "readText(session, path, { encoding })", {
    ...READ_NAMES,
    encoding: 1,
  });
  const { encoding = "utf-8", ...reading } = options;
  const decoder = new TextDecoder(encoding, { fatal: true });
  const reader = (await readFile(session, path, reading)).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    try {
      text += decoder.decode(value, { stream: !done });
    } catch (cause) {
      await reader.cancel(cause);
      throw new RocketRideException(`Cannot read as ${encoding}: ${path}`, {
        code: "file-not-readable",
        hint: "Name the file's encoding, or read its bytes with readFile()",
        cause,
      });
    }
    if (done) return text;
  }
}

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
  checkOptions(options, "readJson(session, path, { timeout })", {
    frameBytes: 1,
    readAhead: 1,
    signal: 1,
    timeout: 1,
  });
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
