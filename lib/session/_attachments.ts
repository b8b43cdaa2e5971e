import { abortable } from "../_abort.ts";
import type { Clock } from "../_clock.ts";
import { within } from "../_within.ts";
import type { Attachment } from "./attachment.ts";
import { CLOSE_GRACE_MS } from "./_hang_up.ts";

/** Everything that the server holds for a connection. */
export class Attachments extends Set<Attachment> {
  #order = 0;

  /** The next place among everything that is asked for. */
  next(): number {
    return ++this.#order;
  }

  /** A task was restarted, or has ended: what was asked of it before is gone. */
  forgotten(token: string, before: number, reason: unknown): void {
    for (const it of [...this]) {
      const isOlder = it.order !== undefined && it.order < before;
      if (it.token === token && isOlder) it.forgotten?.(reason);
    }
  }

  /**
   * Free everything while the connection is still up.
   *
   * @param ms How long that may take. What is not free by then is hurried.
   */
  async free(clock: Clock, ms: number, reason: unknown): Promise<void> {
    const releases = [...this].map((it) => it.release(reason));
    await within(clock, ms, Promise.allSettled(releases));
    for (const attachment of this) attachment.hurry?.();
  }

  /**
   * Free everything before another connection takes over.
   *
   * @param signal Gives the wait up, not the release.
   */
  async leave(
    clock: Clock,
    reason: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.size === 0) return;
    await abortable(this.free(clock, CLOSE_GRACE_MS, reason), signal);
  }

  /** The connection is gone, and everything with it. */
  lose(reason: unknown): void {
    const lost = [...this];
    this.clear();
    for (const attachment of lost) attachment.lost(reason);
  }
}
