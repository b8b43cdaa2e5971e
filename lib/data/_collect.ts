import { abortable, ignore, type MaybeSignal } from "../async.ts";
import { ChunkReader } from "./_chunk_reader.ts";
import type { Chunks } from "./_source.ts";

/** The largest document that is gathered before it is sent. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

/** Gather all chunks of a source into one piece of bytes. */
export async function collect(
  chunks: Chunks,
  signal: MaybeSignal,
): Promise<Uint8Array> {
  const reader = new ChunkReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  function add(bytes: Uint8Array): void {
    parts.push(bytes);
    length += bytes.length;
    if (length > MAX_DOCUMENT_BYTES) throw tooLarge();
  }
  try {
    for (;;) {
      const { done, value } = await abortable(chunks.next(), signal);
      if (done) break;
      // Copied: sources may fill the same piece of memory again and again.
      add(reader.read(value).slice());
    }
    add(reader.end());
  } catch (error) {
    chunks.cancel(error).catch(ignore);
    throw error;
  }
  return joined(parts, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function tooLarge(): RangeError {
  return new RangeError(
    `Cannot send a document of more than ${MAX_DOCUMENT_BYTES} bytes in one write`,
  );
}
