import type { JsonValue } from "../../../schema/json.ts";
import type { CaseReport } from "../case.ts";
import type { Message } from "../job.ts";
import type { Expectation } from "../judge.ts";

/** The check that every runtime has. */
export const NOTHING_UNHANDLED: Expectation = {
  group: "runtime",
  name: "No rejection and no error is left unhandled",
  expected: [],
};

/** Who listens to a runtime. */
export interface Hearing {
  /** Settles when the runtime says that it is done. Never rejects. */
  readonly done: Promise<void>;
  /** Whether it has said so. */
  isDone(): boolean;
  /** Take what the runtime says. */
  hear(message: Message): void;
  /** Report on a check, with what was seen of it. */
  check(check: Expectation, value: JsonValue): void;
  /** Report {@linkcode NOTHING_UNHANDLED}: all has been heard. */
  end(): void;
}

/** Listen to a runtime. */
export function hearing(report: (report: CaseReport) => void): Hearing {
  const start = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  const unhandled: string[] = [];
  let last = "the start";
  let isDone = false;

  function check({ name }: Expectation, value: JsonValue): void {
    report({ name, value, ms: Math.round(performance.now() - start) });
  }

  return {
    done: promise,
    isDone: () => isDone,
    hear(message): void {
      switch (message.type) {
        case "report":
          last = `“${message.report.name}”`;
          report(message.report);
          break;
        case "unhandled":
          unhandled.push(`After ${last}: ${message.text}`);
          break;
        case "done":
          isDone = true;
          resolve();
          break;
      }
    },
    check,
    end: () => check(NOTHING_UNHANDLED, unhandled),
  };
}
