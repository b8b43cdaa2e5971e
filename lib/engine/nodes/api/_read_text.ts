import { onAbort } from "../../../_abort.ts";
import { ignore } from "../../../_deferred.ts";
import { concatBytes } from "../concat_bytes.ts";

/**
 * Read the whole body of a response as text.
 *
 * @param most The greatest number of bytes.
 * @param signal Ends the reading.
 * @throws {RangeError} The body is longer; the rest is not read.
 * @throws The signal's reason.
 */
export async function readText(
  { body }: Response,
  most: number,
  signal: AbortSignal,
): Promise<string> {
  if (!body) return "";
  const reader = body.getReader();
  const detach = onAbort(signal, (reason) => {
    reader.cancel(reason).catch(ignore);
  });
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.length;
      if (size > most) {
        reader.cancel().catch(ignore);
        throw new RangeError(`The answer is longer than ${most} bytes`);
      }
      chunks.push(value);
    }
  } finally {
    detach();
    reader.releaseLock();
  }
  return new TextDecoder().decode(concatBytes(chunks));
}
