import { type Clock, deadline } from "../_clock.ts";
import { slowStep } from "./_failures.ts";

/** Waits for one step of connecting, and returns what it gives. */
export type InTime = <T>(step: string, work: Promise<T>) => Promise<T>;

/**
 * One limit for all steps of connecting together.
 *
 * @param limit Milliseconds for all of them.
 * @param attempt Aborted when the limit passes during a step.
 * @returns What waits for a step, which settles by itself once it is aborted.
 */
export function stepsWithin(
  limit: number,
  attempt: AbortController,
  clock: Clock,
  url: URL,
): InTime {
  const end = clock.now() + limit;
  return (step, work) => {
    const stop = deadline(clock, end - clock.now(), () => {
      attempt.abort(slowStep(step, url, limit));
    });
    return work.finally(stop);
  };
}
