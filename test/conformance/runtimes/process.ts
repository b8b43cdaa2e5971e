import type { JsonValue } from "../../../schema/json.ts";
import type { Job, Message } from "../job.ts";
import type { Expectation } from "../judge.ts";
import { type Child, startChild } from "./child.ts";
import { type Hearing, hearing, NOTHING_UNHANDLED } from "./hearing.ts";
import { EXIT_MS, inTime, RUN_MS } from "./limits.ts";
import type { Runtime } from "./runtime.ts";

const ENDS: Expectation = {
  group: "runtime",
  name: "The process ends by itself after the last case",
  expected: "exit code 0",
};

const SILENT: Expectation = {
  group: "runtime",
  name: "Nothing is written to standard error",
  expected: "",
};

const PROGRAM = new URL("../programs/process.ts", import.meta.url).pathname;

/** A program that runs a file, and its arguments in front of the file. */
export interface Launcher {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A runtime that is a process and runs the sources as they are.
 *
 * @param launcher Says how it is started, and installs it if need be.
 */
export function processRuntime(
  name: string,
  launcher: () => Promise<Launcher> | Launcher,
): Runtime {
  return {
    name,
    checks: [NOTHING_UNHANDLED, ENDS, SILENT],
    async run(job, report): Promise<void> {
      const { command, args = [], env } = await launcher();
      const ears = hearing(report);
      await using child = startChild(
        command,
        [...args, ...programArgs(job)],
        env,
      );
      const [ending] = await Promise.all([
        end(child, ears),
        listen(child, ears),
      ]);
      ears.check(ENDS, ending);
      ears.check(SILENT, await child.stderr);
      ears.end();
    },
  };
}

function programArgs(job: Job): string[] {
  return [PROGRAM, JSON.stringify(job)];
}

async function listen(child: Child, ears: Hearing): Promise<void> {
  for await (const line of child.lines) {
    try {
      ears.hear(JSON.parse(line) as Message);
    } catch {
      ears.hear({ type: "unhandled", text: `Not a message: ${line}` });
    }
  }
}

/** See it end, if need be with force; tells how that was. */
async function end(child: Child, ears: Hearing): Promise<JsonValue> {
  if (!await inTime(Promise.race([ears.done, child.code]), RUN_MS)) {
    child.kill();
    return `killed: not done after ${RUN_MS} ms`;
  }
  if (!await inTime(child.code, EXIT_MS)) {
    child.kill();
    return `killed: still there ${EXIT_MS} ms after the last case`;
  }
  return `exit code ${await child.code}`;
}
