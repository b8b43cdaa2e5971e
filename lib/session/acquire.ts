import type { ResponseMessage } from "../../schema/envelope.ts";
import { onAbort } from "../_abort.ts";
import { deferred, ignore } from "../_deferred.ts";
import type { Request, RequestOptions } from "./_core_options.ts";
import type { Attachment } from "./attachment.ts";
import type { SessionCore } from "./core.ts";

/** How a request has left. */
export interface Sent {
  /** The number of the connection that it left on. */
  readonly line: number;
  /** Its place among everything that was asked for. */
  readonly order: number;
  /** Ends what it needs there, where it has something of its own. */
  readonly cancel: () => void;
}

/** Something that the server holds for the client from its answer on. */
export interface Acquisition<T> {
  readonly request: Request;
  readonly options: Omit<RequestOptions, "onLate" | "onLine">;
  /** Read what the answer brings, and take charge of it in the same turn. */
  take(response: ResponseMessage, sent: Sent): T;
  /**
   * Free what an answer brings that came too late for the caller.
   *
   * @default {nothing is to be freed, and nothing waits for the answer}
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
