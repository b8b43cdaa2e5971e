import { type Clock, deferred, ignore, onAbort } from "../../../async.ts";
import { wholeCharacters } from "../../../bytes.ts";
import { FrameBuffer } from "../../../protocol/frame.ts";
import { framingOf } from "../../../protocol/media_type.ts";
import { checkDepth } from "../socket.ts";
import type { BudgetShare } from "./memory_budget.ts";
import type { RouteCall } from "./route.ts";

/** How much of an unwanted body is read in one turn of the event loop. */
const TURN_BYTES = 1024 * 1024;
/** The most such turns; a longer body is left unread. */
const TURNS = 1024;
/** What a chunk counts at least: small ones take time, too. */
const CHUNK_BYTES = 1024;

/**
 * The body of a request as a stream that may be cancelled, read in part, or
 * left. An engine that is closed fails it.
 *
 * The stream of the platform must not be cancelled: on Node that closes the
 * connection before the response has left, and an adapter that goes on to feed
 * the stream throws where nothing can catch it. It must not be left half read
 * either: the client may send all of it before it reads the response. So an
 * unwanted rest is read and dropped, until the engine closes.
 */
export function requestBody(
  { core, channel, request }: RouteCall,
): ReadableStream<Uint8Array> | null {
  if (!request.body) return null;
  const reader = request.body.getReader();
  let detach: () => void = ignore;

  function drop(): void {
    detach();
    // The client may go away meanwhile.
    drain(reader, core.settings.clock, core.ended).catch(ignore);
  }

  return new ReadableStream<Uint8Array>({
    start(controller): void {
      detach = onAbort(channel.ended, (reason) => {
        controller.error(reason);
        drop();
      });
    },
    async pull(controller): Promise<void> {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      detach();
      controller.close();
    },
    cancel: drop,
  }, { highWaterMark: 0 });
}

async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  clock: Clock,
  ended: AbortSignal,
): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await nextTurn(clock, ended);
    for (let bytes = 0; bytes < TURN_BYTES;) {
      const { done, value } = await reader.read();
      if (done || ended.aborted) return;
      bytes += Math.max(value.length, CHUNK_BYTES);
    }
  }
}

function nextTurn(clock: Clock, ended: AbortSignal): Promise<void> {
  const turn = deferred<void>();
  const cancel = clock.after(0, turn.resolve, { ref: false });
  const detach = onAbort(ended, () => turn.resolve());
  return turn.promise.finally(() => {
    cancel();
    detach();
  });
}

/**
 * Read a body whole, up to a size, as a response, for its methods. Not every
 * request declares its size, and not every declaration is true.
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
    call.share.take(chunk.length);
    if (held.append(chunk) < chunk.length) throw tooLarge();
  }
  return new Response(held.gathered as BufferSource, {
    headers: { "content-type": headers.get("content-type") ?? "" },
  });
}

/** Far above any pipeline; some routes take them from everybody. */
const JSON_BYTES = 16 * 1024 * 1024;

/** The JSON of a body; `undefined` when it is not JSON. */
export async function readJson(call: RouteCall): Promise<unknown> {
  const text = await (await heldBody(call, JSON_BYTES, "Pipelines")).text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  checkDepth(json, call.core.settings.maxDepth);
  return json;
}

/**
 * How much text goes into one write; nodes see a blank line after each. One
 * byte more than a field of a form may have, which is one write.
 */
const TEXT_BYTES = 1024 * 1024 + 1;
/** A question or document is one write, so all of it must be held. */
const RECORD_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 10;

/**
 * Cut a body into the writes of one object, as a client of the socket does:
 * bytes as they come, text in large pieces after a line, records whole.
 */
export async function* bodyFrames(
  body: ReadableStream<Uint8Array> | null,
  mimeType: string,
  share: Pick<BudgetShare, "take">,
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
    if (held.length > most) share.take(held.length - most);
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
