import { type ChildProgram, startChild } from "../../support/child_program.ts";
import { inTime } from "../../support/in_time.ts";
import type { Message } from "../job.ts";
import type { Expectation } from "../judge.ts";
import { type Hearing, hearing, NOTHING_UNHANDLED } from "./hearing.ts";
import { EXIT_MS, RUN_MS } from "./limits.ts";
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

/** How a runtime runs a file: its program, and arguments before the file. */
export interface Launcher {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * The file; it is given the job as JSON.
   *
   * @default {programs/process.ts}
   */
  readonly program?: string;
  /**
   * Milliseconds that it may take to end after the last case.
   *
   * @default {EXIT_MS}
   */
  readonly exitMs?: number;
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
      const launch = await launcher();
      const { command, args = [], env, program = PROGRAM } = launch;
      const ears = hearing(report);
      const allArgs = [...args, program, JSON.stringify(job)];
      // How long it may live is watched, and told, here.
      const options = { env, lifeMs: Infinity };
      await using child = startChild(command, allArgs, options);
      const [ending] = await Promise.all([
        end(child, ears, launch.exitMs ?? EXIT_MS),
        listen(child, ears),
      ]);
      ears.check(ENDS, ears.isDone() ? ending : `${ending}, and was not done`);
      const { stdout, stderr } = await child.ended();
      if (stdout !== "") unheard(ears, stdout);
      ears.check(SILENT, stderr);
      ears.end();
    },
  };
}

async function listen(child: ChildProgram, ears: Hearing): Promise<void> {
  for await (const line of child.lines()) {
    try {
      ears.hear(JSON.parse(line) as Message);
    } catch {
      unheard(ears, line);
    }
  }
}

function unheard(ears: Hearing, text: string): void {
  ears.hear({ type: "unhandled", text: `Not a message: ${text}` });
}

/** See it end, if need be with force; tells how that was. */
async function end(
  child: ChildProgram,
  ears: Hearing,
  exitMs: number,
): Promise<string> {
  if (!await inTime(Promise.race([ears.done, child.ended()]), RUN_MS)) {
    child.kill();
    return `killed: not done after ${RUN_MS} ms`;
  }
  if (!await inTime(child.ended(), exitMs)) {
    child.kill();
    return `killed: still there ${exitMs} ms after the last case`;
  }
  return `exit code ${(await child.ended()).code}`;
}
