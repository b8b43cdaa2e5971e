import { abortable } from "../_abort.ts";
import { ignore } from "../_deferred.ts";
import type { Restorer } from "./attachment.ts";

/**
 * Furnish a new line. What a restorer throws is its own affair, and one that
 * never settles is left alone when the signal aborts.
 */
export async function restoreAll(
  restorers: Iterable<Restorer>,
  signal: AbortSignal,
): Promise<void> {
  const restoring = [...restorers].map(async (restore) => {
    await restore(signal);
  });
  await abortable(
    Promise.all(restoring.map((it) => it.catch(ignore))),
    signal,
  );
}
