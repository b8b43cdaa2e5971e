import type { PipeContext } from "../../node.ts";
import type { Reading } from "./_reading.ts";

/** Pass an image, audio or video object on in steps. */
export function mediaReading(
  pipe: PipeContext,
  lane: "image" | "audio" | "video",
  mimeType: string,
): Reading {
  let begun = false;
  async function begin(): Promise<void> {
    if (begun) return;
    begun = true;
    await pipe.emit(lane, { action: "begin", mimeType });
  }
  return {
    async write(bytes): Promise<void> {
      await begin();
      await pipe.emit(lane, { action: "write", mimeType, bytes });
    },
    async end(): Promise<void> {
      await begin();
      await pipe.emit(lane, { action: "end", mimeType });
    },
  };
}
