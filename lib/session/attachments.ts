import type { ResponseMessage } from "../../schema/envelope.ts";
import { type Clock, deferred, follow, ignore, within } from "../async.ts";
import type { Calls, Request } from "./calls.ts";
import type { CallOptions } from "./session.ts";

/** How long a session or a connection may take to close, by default. */
export const CLOSE_GRACE_MS = 1_000;

/** Something that the server holds for a connection, for example an open pipe. */
export interface Attachment {
  /**
   * The session closes or moves while the connection is still open: free what
   * the server holds. Resolves when the server has freed it.
   *
   * @param reason What the caller's promises reject with.
   */
  release(reason: unknown): Promise<unknown>;
  /**
   * The time for {@linkcode Attachment.release} is over and the connection
   * closes next: release without waiting for the answer to a write.
   */
  releaseNow?(): void;
  /** The connection is lost. */
  lost(reason: unknown): void;
  /** Whether its request waits for a connection, and has left on none. */
  readonly isQueued?: boolean;
  /** The token of the task that it belongs to. */
  readonly token?: string | undefined;
  /** Its place in the order of the session's requests. */
  readonly order?: number | undefined;
  /** The task was restarted or has ended, and does not hold it any more. */
  forgotten?(reason: unknown): void;
  /** Called every five seconds, where a session looks after its pipes. */
  tick?(): void;
}

/**
 * A task was restarted, or has ended: fail what it held, if that was requested
 * before a place in the order.
 */
export function forgetTask(
  attachments: Iterable<Attachment>,
  token: string,
  before: number,
  reason: unknown,
): void {
  for (const it of [...attachments]) {
    const isOlder = (it.order ?? before) < before;
    if (it.token === token && isOlder) it.forgotten?.(reason);
  }
}

/**
 * Free everything while the connection is still open.
 *
 * @param reason Makes what the caller's promises reject with.
 * @param ms How long that may take. What is not free by then is released without waiting.
 */
export async function releaseAll(
  attachments: ReadonlySet<Attachment>,
  clock: Clock,
  reason: () => unknown,
  ms: number = CLOSE_GRACE_MS,
): Promise<void> {
  if (attachments.size === 0) return;
  const releases = [...attachments].map((it) => it.release(reason()));
  await within(clock, ms, Promise.allSettled(releases));
  for (const attachment of attachments) attachment.releaseNow?.();
}

/** The connection is lost: fail everything that was sent on it. */
export function loseAll(
  attachments: Set<Attachment>,
  reason: () => unknown,
): void {
  for (const attachment of [...attachments]) {
    if (attachment.isQueued) continue;
    attachments.delete(attachment);
    attachment.lost(reason());
  }
}

/** Something that the server holds for the client from its answer on. */
export interface Acquisition<T> {
  readonly request: Request;
  readonly options: CallOptions;
  /** Read what the answer grants, and own it in the same turn. */
  take(response: ResponseMessage): T;
  /**
   * Free what a late answer grants.
   *
   * @default {nothing is freed, and the answer is not waited for}
   */
  readonly free?:
    | ((response: ResponseMessage) => Promise<unknown>)
    | undefined;
}

/** The part of a session that {@linkcode acquire} needs. */
interface Acquiring {
  readonly attachments: Set<Attachment>;
  readonly request: Calls["request"];
}

/**
 * Request something that the server holds until it is freed, such as a task.
 *
 * If the caller gives up, or the session closes or moves meanwhile, the promise
 * rejects at once; the answer is still awaited, and what it grants is freed. A
 * session that closes or moves waits for that.
 */
export async function acquire<T>(
  core: Acquiring,
  { request, options, take, free }: Acquisition<T>,
): Promise<T> {
  const { attachments } = core;
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const over = deferred<void>();

  function end(): void {
    attachments.delete(attachment);
    over.resolve();
  }

  function undo(response: ResponseMessage | undefined): void {
    if (response && free) free(response).catch(ignore).then(end);
    else end();
  }

  const attachment = {
    isQueued: true,
    async release(reason: unknown): Promise<void> {
      giveUp.abort(reason);
      if (free) await over.promise;
    },
    lost: end,
  };
  const detach = follow(giveUp, options.signal);
  attachments.add(attachment);
  try {
    const response = await core.request(request, {
      ...options,
      signal,
      onLate: undo,
      onSent(): void {
        attachment.isQueued = false;
      },
    });
    // It may have been given up in the turn of the answer.
    if (signal.aborted) {
      undo(response);
      throw signal.reason;
    }
    end();
    return take(response);
  } catch (error) {
    // If the request has left, `undo` is called in any case.
    if (attachment.isQueued) end();
    throw error;
  } finally {
    detach();
  }
}
