import type { JsonValue } from "../../schema/json.ts";
import type { CaseReport, ConformanceCase, Places } from "./case.ts";
import { textOf } from "./text_of.ts";

const TIMEOUT_MS = 60_000;

/**
 * Run cases one after the other, in whatever runtime this is.
 *
 * A case that fails or takes too long is reported as such, and the next one
 * begins.
 *
 * @param report Told of each case as it ends.
 */
export async function runCases(
  cases: readonly ConformanceCase[],
  places: Places,
  report: (result: CaseReport) => unknown,
): Promise<void> {
  for (const one of cases) {
    const start = performance.now();
    const outcome = await outcomeOf(one, places);
    const ms = Math.round(performance.now() - start);
    await report({ name: one.name, ...outcome, ms });
  }
}

async function outcomeOf(
  { run, timeoutMs = TIMEOUT_MS }: ConformanceCase,
  places: Places,
): Promise<Omit<CaseReport, "name" | "ms">> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`Not done after ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return { value: asData(await Promise.race([run(places), late])) };
  } catch (error) {
    return { error: textOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** What a runner hears that is in another process. */
function asData(seen: unknown): JsonValue {
  return seen === undefined ? null : JSON.parse(JSON.stringify(seen));
}
