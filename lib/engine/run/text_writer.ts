import { PipeException } from "../../errors.ts";
import type { LaneWriter } from "./lane_writer.ts";

/**
 * Turn bytes into text, one piece a write.
 *
 * A character may be split over two writes: one decoder serves the whole
 * object. The real engine decodes each write on its own and fails there.
 * Text that ends inside a character is an error here too.
 *
 * @param emit Where each piece goes.
 */
export function textWriter(emit: (text: string) => Promise<void>): LaneWriter {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  return {
    begin: () => Promise.resolve(),
    write: async (data) => {
      const text = decode(data);
      // An empty write is an empty text; a write that only begins a character
      // is nothing yet.
      if (text !== "" || data.length === 0) await emit(text);
    },
    // Async, so that what is thrown becomes a rejection.
    end: async () => await flush("Text ends in the middle of a character"),
  };

  function decode(data: Uint8Array | string): string {
    if (typeof data === "string") {
      flush("Text is not valid UTF-8");
      return data;
    }
    try {
      return decoder.decode(data, { stream: true });
    } catch {
      throw new PipeException("Text is not valid UTF-8");
    }
  }

  /** Throw when a character has begun and not ended. */
  function flush(fault: string): void {
    try {
      decoder.decode();
    } catch {
      throw new PipeException(fault);
    }
  }
}
