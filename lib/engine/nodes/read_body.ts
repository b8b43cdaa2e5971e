import { ignore, onAbort } from "../../async.ts";
import { concatBytes } from "./concat_bytes.ts";

/**
 * Read the whole body of a response.
 *
 * @param most The greatest number of bytes.
 * @param signal Ends the reading.
 * @throws {RangeError} The body is longer; the rest is not read.
 * @throws The signal's reason.
 */
export async function readBody(
  { body }: Response,
  most: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const reader = body?.getReader();
  // A read that waits ends with the stream.
  const detach = onAbort(signal, (reason) => {
    reader?.cancel(reason).catch(ignore);
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      size += value.length;
      if (size > most) {
        throw new RangeError(`Response is larger than ${most} bytes`);
      }
      parts.push(value);
    }
  } catch (error) {
    reader?.cancel(error).catch(ignore);
    throw error;
  } finally {
    detach();
  }
  return concatBytes(parts);
}
