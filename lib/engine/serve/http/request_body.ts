import { type Clock, deferred, ignore, onAbort } from "../../../async.ts";
import type { RouteCall } from "./route.ts";

/** How much of an unwanted body is read in one turn of the event loop. */
const TURN_BYTES = 1024 * 1024;
/** How many such turns there are; a longer body is left where it is. */
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
 * either: the client may send all of it before it reads the response. So what
 * nobody wants any more is read and dropped here, as platforms do it with a
 * body that nobody looks at, until the engine closes.
 *
 * @returns A stream of the same bytes; `null` when there is no body.
 */
export function requestBody(
  { core, line, request }: RouteCall,
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
      detach = onAbort(line.ended, (reason) => {
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
