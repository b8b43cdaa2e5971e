import { FrameBuffer } from "../../../protocol/frame.ts";
import { framingOf } from "../../../protocol/media_type.ts";
import type { Hold } from "./allowance.ts";
import { wholeCharacters } from "../../../bytes.ts";

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
  hold: Pick<Hold, "take">,
): AsyncGenerator<Uint8Array, void, undefined> {
  const framing = framingOf(mimeType);
  const held = new FrameBuffer(framing === "text" ? TEXT_BYTES : RECORD_BYTES);
  let most = 0;
  for await (const chunk of body ?? []) {
    if (framing === "bytes") {
      if (chunk.length > 0) yield chunk;
      continue;
    }
    let rest = chunk.subarray(held.append(chunk));
    if (held.length > most) hold.take(held.length - most);
    most = Math.max(most, held.length);
    while (framing === "text" && held.room === 0) {
      yield firstLines(held);
      rest = rest.subarray(held.append(rest));
    }
    if (rest.length > 0) {
      throw new RangeError(`A record may have ${RECORD_BYTES} bytes at most`);
    }
  }
  if (held.length > 0) yield held.gathered.slice();
}

/** Take everything up to the last line end, else up to the last character. */
function firstLines(held: FrameBuffer): Uint8Array {
  const { gathered } = held;
  held.cut(gathered.lastIndexOf(LINE_FEED) + 1 || wholeCharacters(gathered));
  const lines = held.payload.slice();
  held.drop();
  return lines;
}
