import type { JsonValue } from "../../../schema/json.ts";
import type { CaseReport } from "../case.ts";
import { CASES } from "../cases/mod.ts";
import type { Job } from "../job.ts";
import type { Expectation } from "../judge.ts";
import { runCases } from "../run_cases.ts";
import { selected } from "../selected.ts";
import { textOf } from "../text_of.ts";
import { hearing, NOTHING_UNHANDLED } from "./hearing.ts";
import { RUN_MS } from "./limits.ts";
import type { Runtime } from "./runtime.ts";
import { type CallWorker, WORKER_CHECKS } from "./workerd_checks.ts";
import { serveWorker } from "./workerd_server.ts";

const PROGRAM = "test/conformance/programs/worker.ts";

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
    await using server = await serveWorker(PROGRAM, {
      objects: { KEEPER: "SessionKeeper", ENGINE: "EngineHost" },
    });
    const ask = asker(server.origin);
    const call = caller(ask, places.engine);
    await runCases(
      WORKER_CHECKS.map((check) => ({
        ...check,
        run: () => check.run(call, server.origin),
      })),
      places,
      hear,
    );
    for (const { name } of selected(CASES, filter)) {
      hear(await callCase(ask, { name, places }));
    }
    for (const text of await call("/unhandled", {}) as string[]) {
      ears.hear({ type: "unhandled", text });
    }
    ears.check(SILENT, await server.stop());
    ears.end();
  },
};

/** Send a request, and have all of its answer. */
type Ask = (
  path: string,
  init?: RequestInit,
) => Promise<{ readonly response: Response; readonly text: string }>;

function asker(origin: string): Ask {
  // A Worker that spins answers nothing any more, whatever time a case has.
  const signal = AbortSignal.timeout(RUN_MS);
  return async (path, init) => {
    const response = await fetch(`${origin}${path}`, { ...init, signal });
    return { response, text: await response.text() };
  };
}

function caller(ask: Ask, engine: string): CallWorker {
  return async (path, params) => {
    const query = new URLSearchParams({ ...params, engine });
    const { response, text } = await ask(`${path}?${query}`);
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
  ask: Ask,
  one: { readonly name: string; readonly places: Job["places"] },
): Promise<CaseReport> {
  const body = JSON.stringify(one);
  const failed = (error: string): CaseReport => ({
    name: one.name,
    error,
    ms: 0,
  });
  try {
    const { response, text } = await ask("/case", { method: "POST", body });
    return response.ok
      ? JSON.parse(text)
      : failed(`${response.status}: ${text}`);
  } catch (error) {
    return failed(textOf(error));
  }
}
