import { encodeUtf8 } from "../bytes.ts";
import type { Session } from "../session/session.ts";
import {
  checkWriteOptions,
  openWriter,
  type WriteFileOptions,
} from "./write_file.ts";

/**
 * Write text to a file of the store as UTF-8, in the place of one that is
 * there. Official clients call it `fsWriteString`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param text The text.
 * @param options See {@linkcode WriteFileOptions}.
 * @throws {TypeError} It is no text, or has half a character, which UTF-8 has
 * no place for. Nothing was sent.
 * @throws What {@linkcode writeFile} throws, and a write of its stream.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { stat, writeText } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeText(session, "notes/one.txt", "Hello");
 * assertEquals((await stat(session, "notes/one.txt"))?.size, 5);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function writeText(
  session: Session,
  path: string,
  text: string,
  options: WriteFileOptions = {},
): Promise<void> {
  checkWriteOptions(options, "writeText(session, path, text, { timeout })");
  if (typeof text !== "string" || /\p{Surrogate}/u.test(text)) {
    throw new TypeError("Cannot write to a file: expected whole text");
  }
  // A stream that has failed would not say why when it is closed.
  const { writer } = await openWriter(session, path, options);
  await writer.write(encodeUtf8(text));
  await writer.close();
}

/**
 * Write a value as JSON to a file of the store, indented by two spaces, in the
 * place of one that is there. Official clients call it `fsWriteJson`.
 *
 * @param session A session from {@linkcode connect}.
 * @param path The file, from the root of the store, with `/` between names.
 * @param value What `JSON.stringify` can write.
 * @param options See {@linkcode WriteFileOptions}.
 * @throws {TypeError} JSON cannot hold the value. Nothing was sent.
 * @throws What {@linkcode writeFile} throws, and a write of its stream.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 * import { readText, writeJson } from "@rocketride/streams/store";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), env: {} });
 * await writeJson(session, "settings.json", { theme: "dark" });
 * const text = await readText(session, "settings.json");
 * assertEquals(text, '{\n  "theme": "dark"\n}');
 * await close(session);
 * await engine.close();
 * ```
 */
export async function writeJson(
  session: Session,
  path: string,
  value: unknown,
  options: WriteFileOptions = {},
): Promise<void> {
  checkWriteOptions(options, "writeJson(session, path, value, { timeout })");
  const text = JSON.stringify(value, null, 2) as string | undefined;
  if (text === undefined) {
    throw new TypeError(`Cannot write ${typeof value} as JSON`);
  }
  await writeText(session, path, text, options);
}
