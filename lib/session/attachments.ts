import { abortable, type Clock, within } from "../async.ts";
import type { Connection } from "../transport/transport.ts";

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
   * closes next: send now what was waiting for an answer.
   */
  hurry?(): void;
  /** The connection is lost. */
  lost(reason: unknown): void;
  /** The token of the task that it belongs to. */
  readonly token?: string | undefined;
  /** Its place in the order in which things were asked for. */
  readonly order?: number | undefined;
  /** The task was restarted or has ended, and does not hold it any more. */
  forgotten?(reason: unknown): void;
}

/** Everything that the server holds for a connection. */
export class Attachments extends Set<Attachment> {
  #order = 0;

  /** The next place in the order in which things are asked for. */
  next(): number {
    return ++this.#order;
  }

  /**
   * A task was restarted, or has ended: it holds nothing any more that was
   * asked for before a place in the order.
   */
  forgotten(token: string, before: number, reason: unknown): void {
    for (const it of [...this]) {
      const isOlder = it.order !== undefined && it.order < before;
      if (it.token === token && isOlder) it.forgotten?.(reason);
    }
  }

  /**
   * Free everything while the connection is still open.
   *
   * @param ms How long that may take. What is not free by then is hurried.
   */
  async free(clock: Clock, ms: number, reason: unknown): Promise<void> {
    if (this.size === 0) return;
    const releases = [...this].map((it) => it.release(reason));
    await within(clock, ms, Promise.allSettled(releases));
    for (const attachment of this) attachment.hurry?.();
  }

  /**
   * Free everything before another connection takes over.
   *
   * @param signal Aborts the wait, not the release.
   */
  async leave(
    clock: Clock,
    reason: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    await abortable(this.free(clock, CLOSE_GRACE_MS, reason), signal);
  }

  /** The connection is lost, and everything with it. */
  lose(reason: unknown): void {
    const lost = [...this];
    this.clear();
    for (const attachment of lost) attachment.lost(reason);
  }
}

/** Close a connection, if there is one, but do not wait for a silent peer. */
export async function closeConnection(
  clock: Clock,
  connection: Connection | undefined,
): Promise<void> {
  await within(clock, CLOSE_GRACE_MS, connection?.close(1000, ""));
}
