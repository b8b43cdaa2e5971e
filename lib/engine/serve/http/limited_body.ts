/**
 * The body of a request that is held whole, which must not be without end:
 * not every request tells its size, and not every size is the truth.
 *
 * @param most The greatest number of bytes.
 * @param what What is held, for the failure.
 * @returns The body as a response, for its ways to read it; reading fails
 * with a `RangeError` when there is more.
 * @throws {RangeError} The request says that there is more.
 */
export function limitedBody(
  { body, headers }: Request,
  most: number,
  what: string,
): Response {
  const tooLarge = (): RangeError =>
    new RangeError(
      `${what} are held whole here, and may have ${most} bytes at most`,
    );
  if (Number(headers.get("content-length") ?? 0) > most) throw tooLarge();
  let length = 0;
  const limit = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller): void {
      length += chunk.length;
      if (length > most) throw tooLarge();
      controller.enqueue(chunk);
    },
  });
  return new Response(body?.pipeThrough(limit), {
    headers: { "content-type": headers.get("content-type") ?? "" },
  });
}
