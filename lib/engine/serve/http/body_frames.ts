import { framingOf } from "../../../protocol/media_type.ts";
import { wholeCharacters } from "../../../protocol/utf8.ts";

/**
 * How much text goes into one write; nodes see a blank line after each. One
 * byte more than a field of a form may have, which is one write.
 */
const TEXT_BYTES = 1024 * 1024 + 1;
/** A question or document is one write, so all of it must be held. */
const RECORD_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 10;

/**
 * Cut a body into the writes of one object, as a client of the socket would:
 * bytes as they come, text in large pieces after a line, records whole.
 */
export async function* bodyFrames(
  body: ReadableStream<Uint8Array> | null,
  mimeType: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const framing = framingOf(mimeType);
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of body ?? []) {
    if (framing === "bytes") {
      if (chunk.length > 0) yield chunk;
      continue;
    }
    held = joined(held, chunk);
    if (framing === "record" && held.length > RECORD_BYTES) {
      throw new RangeError(`A record may have ${RECORD_BYTES} bytes at most`);
    }
    while (framing === "text" && held.length >= TEXT_BYTES) {
      const part = held.subarray(0, TEXT_BYTES);
      const cut = part.lastIndexOf(LINE_FEED) + 1 || wholeCharacters(part);
      yield held.subarray(0, cut);
      held = held.subarray(cut);
    }
  }
  if (held.length > 0) yield held;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
