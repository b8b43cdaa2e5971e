import type { SendFilesOptions } from "./options.ts";
import type { UploadResult } from "../../schema/result.ts";
import type { FileInputs } from "./file_input.ts";
import { planUploads } from "./uploads.ts";
import type { Session, TaskRef } from "../session/session.ts";

/**
 * Upload files to a task, several at a time, and return the result of each.
 *
 * A file that fails does not reject the call: its result has the action
 * `error`, its slot on the engine is released, and the others continue. Files
 * are read in pieces, never held whole, and always closed. `onProgress`
 * receives the progress of each, as do listeners of the session's events, as
 * `apaevt_status_upload`.
 *
 * Of a list (an array, a FileList, a Set) all is checked before anything is
 * sent, also that every path leads to a file; and every file gets a result,
 * also when the connection is lost. Of any other iterable the next file is
 * taken when a slot is free, and a mistake in it is an `error` of that file
 * alone; when the session ends, nothing more is taken, and the call
 * rejects.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param files The files; see {@linkcode FileInput} for their forms. Name,
 * size and media type are taken from the file where nothing else is said.
 * @param options See {@linkcode SendFilesOptions}.
 * @returns One result for each file, in the order in which they were given.
 * @throws {TypeError} Something in the list is no file. Nothing was sent.
 * @throws {RangeError} `concurrency`, `retries` or a size is out of range.
 * Nothing was sent.
 * @throws {ValidationException} A path of the list leads nowhere, or to what
 * may not be read. Nothing was sent.
 * @throws {ConnectionException} The session ended while there was more to take
 * from an iterable that is no list.
 * @throws What the iterable throws, when the files begun before are done with.
 * @throws The signal's reason, if aborted.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, sendFiles, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 *
 * const results = await sendFiles(session, task, [
 *   new File(["Hello"], "one.txt"),
 *   { file: new Blob(["{}"]), name: "two", mimeType: "text/plain" },
 *   { name: "three.txt", stream: () => new Blob(["made here"]).stream() },
 * ]);
 * assertEquals(results.map(({ action }) => action), [
 *   "complete",
 *   "complete",
 *   "complete",
 * ]);
 * assertEquals(results[0]?.result?.text, ["Hello\n\n"]);
 *
 * await close(session);
 * await engine.close();
 * ```
 */
export async function sendFiles(
  session: Session,
  task: TaskRef,
  files: FileInputs,
  options: SendFilesOptions = {},
): Promise<UploadResult[]> {
  const run = planUploads(session, task, files, options);
  const results: UploadResult[] = [];
  await run({
    onResult(result, index): void {
      results[index] = result;
    },
  }, options.signal);
  return results;
}
