import type { ResponseMessage } from "../../schema/envelope.ts";
import { deferred, ignore, onAbort } from "../async.ts";
import type { Attachment } from "./attachments.ts";
import type { Request, RequestOptions } from "./calls.ts";
import type { SessionCore } from "./core.ts";

/** How a request has left. */
export interface Sent {
  /** The number of the connection that it left on. */
  readonly line: number;
  /** Its place in the order in which things were asked for. */
  readonly order: number;
  /** Ends what it needs there. */
  readonly cancel: () => void;
}

/** Something that the server holds for the client from its answer on. */
export interface Acquisition<T> {
  readonly request: Request;
  readonly options: Omit<RequestOptions, "onLate" | "onLine">;
  /** Read what the answer brings, and own it in the same turn. */
  take(response: ResponseMessage, sent: Sent): T;
  /**
   * Free what a late answer brings.
   *
   * @default {nothing is freed, and the answer is not waited for}
   */
  readonly free?:
    | ((response: ResponseMessage, sent: Sent) => Promise<unknown>)
    | undefined;
}

/**
 * Ask the server for something that it holds until it is freed: a pipe, an
 * open file, a task.
 *
 * If the caller gives up, or the session closes or moves meanwhile, the caller
 * is rejected at once; the answer is still waited for, and what it brings is
 * freed. A session that closes or moves waits for that.
 */
export async function acquire<T>(
  core: SessionCore,
  { request, options, take, free }: Acquisition<T>,
): Promise<T> {
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const over = deferred<void>();
  let sent: Sent | undefined;

  function end(): void {
    core.attachments.delete(attachment);
    over.resolve();
  }

  function undo(response: ResponseMessage | undefined): void {
    if (!response || !sent || !free) return end();
    free(response, sent).catch(ignore).then(end);
  }

  const order = core.attachments.next();
  const attachment: Attachment = {
    token: request.token,
    order,
    forgotten: (reason) => giveUp.abort(reason),
    release(reason): Promise<unknown> {
      giveUp.abort(reason);
      return free ? over.promise : Promise.resolve();
    },
    lost: end,
  };
  const detach = onAbort(options.signal, (reason) => giveUp.abort(reason));
  core.attachments.add(attachment);
  let response: ResponseMessage;
  try {
    response = await core.request(request, {
      ...options,
      signal,
      onLate: undo,
      onLine(line, cancel): void {
        sent = { line, cancel, order };
      },
    });
  } catch (error) {
    // If the request has left, `undo` is called in any case.
    if (!sent) end();
    throw error;
  } finally {
    detach();
  }
  // It may have been given up in the turn of the answer.
  if (signal.aborted) {
    undo(response);
    throw signal.reason;
  }
  try {
    return take(response, sent ?? { line: NaN, cancel: ignore, order });
  } finally {
    end();
  }
}
