import original from "fast-check/original";
import { SEED_VARIABLE, seedNumber, testSeed } from "../test_seed.ts";

export * from "fast-check/original";

/** The variable with the factor by which properties try more cases. */
export const CASES_VARIABLE = "TEST_CASES";

/** The variable that names a file: each property adds a line, its cases. */
export const CASES_LOG_VARIABLE = "TEST_CASES_LOG";

/** How many cases fast-check tries where a property does not say. */
const USUAL_CASES = 100;

original.configureGlobal({ seed: seedNumber(), reporter });

/** As the original, with as many times the cases as `TEST_CASES` says. */
export const assert: typeof original.assert = ((
  property: Parameters<typeof original.assert>[0],
  parameters?: Parameters<typeof original.assert>[1],
) => {
  const times = factor();
  if (times === 1) return original.assert(property, parameters);
  const numRuns = (parameters?.numRuns ?? USUAL_CASES) * times;
  return original.assert(property, { ...parameters, numRuns });
}) as typeof original.assert;

function factor(): number {
  const text = Deno.env.get(CASES_VARIABLE) || "1";
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new RangeError(
    `${CASES_VARIABLE} is "${text}": must be a positive integer`,
  );
}

function reporter(
  details: Parameters<typeof original.defaultReportMessage>[0],
): void {
  const log = Deno.env.get(CASES_LOG_VARIABLE);
  if (log) {
    Deno.writeTextFileSync(log, `${details.numRuns}\n`, { append: true });
  }
  if (!details.failed) return;
  const times = factor();
  const cases = times === 1 ? "" : ` ${CASES_VARIABLE}=${times}`;
  throw new Error(
    `${original.defaultReportMessage(details)}\n\n` +
      `${SEED_VARIABLE}=${testSeed()}${cases} in the environment repeats it`,
    { cause: details.errorInstance },
  );
}
