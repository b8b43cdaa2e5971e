/** A stream of so many bytes: one chunk, again and again, as it is asked for. */
export function generated(
  total: number,
  chunkBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const chunk = new Uint8Array(chunkBytes);
  let left = total;
  return new ReadableStream({
    pull(controller): void {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk);
      left -= chunkBytes;
    },
  }, { highWaterMark: 0 });
}
