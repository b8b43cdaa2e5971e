/** Abort after so many turns of the microtask queue. */
export async function abortAfter(
  turns: number,
  controller: AbortController,
  reason: unknown,
): Promise<void> {
  for (let i = 0; i < turns; i++) await undefined;
  controller.abort(reason);
}
