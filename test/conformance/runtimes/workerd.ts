import type { JsonValue } from "../../../schema/json.ts";
import { bundle } from "../bundle.ts";
import type { CaseReport } from "../case.ts";
import { CASES } from "../cases/mod.ts";
import type { Job } from "../job.ts";
import type { Expectation } from "../judge.ts";
import { runCases } from "../run_cases.ts";
import { selected } from "../selected.ts";
import { hearing, NOTHING_UNHANDLED } from "./hearing.ts";
import type { Runtime } from "./runtime.ts";
import { type CallWorker, WORKER_CHECKS } from "./workerd_checks.ts";
import { serveWorker } from "./workerd_server.ts";

const SILENT: Expectation = {
  group: "runtime",
  name: "Nothing is written to standard error",
  expected: "",
};

/**
 * workerd, the server under Cloudflare Workers, with a request for each case:
 * a case has to do with what a Worker has in one request.
 */
export const WORKERD: Runtime = {
  name: "workerd",
  checks: [...WORKER_CHECKS, NOTHING_UNHANDLED, SILENT],
  async run({ places, filter }, report): Promise<void> {
    const ears = hearing(report);
    const hear = (report: CaseReport): void =>
      ears.hear({ type: "report", report });
    await using server = await serveWorker(await bundle("worker.ts"));
    const call = caller(server.origin, places.engine);
    await runCases(
      WORKER_CHECKS.map((check) => ({ ...check, run: () => check.run(call) })),
      places,
      hear,
    );
    for (const { name } of selected(CASES, filter)) {
      hear(await callCase(server.origin, { name, places }));
    }
    for (const text of await call("/unhandled", {}) as string[]) {
      ears.hear({ type: "unhandled", text });
    }
    ears.check(SILENT, await server.stop());
    ears.end();
  },
};

function caller(origin: string, engine: string): CallWorker {
  return async (path, params) => {
    const query = new URLSearchParams({ ...params, engine });
    const response = await fetch(`${origin}${path}?${query}`);
    const text = await response.text();
    if (!response.headers.get("content-type")?.includes("json")) return text;
    const { value, error } = JSON.parse(text) as {
      value?: JsonValue;
      error?: string;
    };
    if (value === undefined) throw new Error(error ?? "No value");
    return value;
  };
}

async function callCase(
  origin: string,
  one: { readonly name: string; readonly places: Job["places"] },
): Promise<CaseReport> {
  const body = JSON.stringify(one);
  const response = await fetch(`${origin}/case`, { method: "POST", body });
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  return { name: one.name, error: `${response.status}: ${text}`, ms: 0 };
}
