import { type Clock, deadline, type TimerOptions } from "./_clock.ts";
import { deferred, ignore } from "./_deferred.ts";

/** Wait for a promise, but no longer than `ms`; its failure does not matter. */
export async function within(
  clock: Clock,
  ms: number,
  promise: Promise<unknown> | undefined,
  options?: TimerOptions,
): Promise<void> {
  if (!promise) return;
  const gate = deferred<void>();
  const stop = deadline(clock, ms, gate.resolve, options);
  promise.then(ignore, ignore).then(gate.resolve);
  await gate.promise;
  stop();
}
