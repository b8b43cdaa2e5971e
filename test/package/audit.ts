/**
 * Asks for known faults of the packages in the lock file: `deno task audit`.
 *
 * It ends with 0 when none is known, with 1 when there are some, and with 2
 * when the service that knows them cannot be asked.
 *
 * @module
 */
import { runDeno } from "../runner/deno_process.ts";
import { print } from "../runner/report.ts";

/** What `deno audit` found out, by how it ended and what it printed. */
export function auditResult(
  code: number,
  output: string,
): "none" | "some" | "unknown" {
  if (code === 0) return "none";
  return /^error: /m.test(output) ? "unknown" : "some";
}

if (import.meta.main) {
  const { code, output } = await runDeno(["audit"], { timeoutMs: 60_000 });
  print(output.trimEnd());
  const result = auditResult(code, output);
  if (result === "unknown") {
    print("The audit service cannot be asked: faults may be known, or not");
  }
  Deno.exit({ none: 0, some: 1, unknown: 2 }[result]);
}
