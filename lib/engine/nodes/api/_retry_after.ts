/**
 * How long a response asks to wait, in milliseconds; `undefined` when it does
 * not. Reads `retry-after-ms`, and `retry-after` as seconds or as a date.
 *
 * @param now The time of day, for dates where the response tells none.
 */
export function retryAfter(headers: Headers, now: number): number | undefined {
  const exact = amount(headers.get("retry-after-ms"));
  if (exact !== undefined) return exact;
  const given = headers.get("retry-after");
  const seconds = amount(given);
  if (seconds !== undefined) return seconds * 1_000;
  const until = Date.parse(given ?? "");
  if (Number.isNaN(until)) return undefined;
  const told = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(told) ? now : told));
}

function amount(text: string | null): number | undefined {
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}
