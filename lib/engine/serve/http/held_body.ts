import { FrameBuffer } from "../../../protocol/frame.ts";
import { requestBody } from "./request_body.ts";
import type { RouteCall } from "./route.ts";

/**
 * The body of a request that is held whole, which must not be without end:
 * not every request tells its size, and not every size is the truth.
 *
 * @param most The greatest number of bytes.
 * @param what What is held, for the failure.
 * @returns The body as a response, for its ways to read it.
 * @throws {RangeError} There is more.
 * @throws {Busy} Other requests hold too much.
 */
export async function heldBody(
  call: RouteCall,
  most: number,
  what: string,
): Promise<Response> {
  const tooLarge = (): RangeError =>
    new RangeError(
      `${what} are held whole here, and may have ${most} bytes at most`,
    );
  const { headers } = call.request;
  if (Number(headers.get("content-length") ?? 0) > most) throw tooLarge();
  const held = new FrameBuffer(most);
  for await (const chunk of requestBody(call) ?? []) {
    call.hold.take(chunk.length);
    if (held.append(chunk) < chunk.length) throw tooLarge();
  }
  return new Response(held.gathered as BufferSource, {
    headers: { "content-type": headers.get("content-type") ?? "" },
  });
}
