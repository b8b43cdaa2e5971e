import { type MaybeSignal, onAbort } from "../_abort.ts";
import type { Clock } from "../_clock.ts";
import { deferred } from "../_deferred.ts";

/** Let time pass; rejects with the reason of the first signal that aborts. */
export async function pause(
  clock: Clock,
  ms: number,
  signals: readonly MaybeSignal[],
): Promise<void> {
  const gate = deferred<void>();
  const stop = clock.after(ms, gate.resolve);
  const detach = signals.map((signal) => onAbort(signal, gate.reject));
  try {
    await gate.promise;
  } finally {
    stop();
    for (const off of detach) off();
  }
}
