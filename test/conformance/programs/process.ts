/**
 * Runs the cases in Deno, Bun or Node, and tells what becomes of them on its
 * standard output. Its argument is a job as JSON.
 */
import { CASES } from "../cases/mod.ts";
import type { Job, Message } from "../job.ts";
import { runCases } from "../run_cases.ts";
import { selected } from "../selected.ts";
import { textOf } from "../text_of.ts";

/**
 * What the three have alike. Importing the module instead would bring the
 * types of Node to all files that are checked together with this one.
 */
interface Process {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): unknown };
  on(event: string, listener: (error: unknown) => void): unknown;
}

const { process } = globalThis as unknown as { readonly process: Process };

function tell(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function tellUnhandled(error: unknown): void {
  tell({ type: "unhandled", text: textOf(error) });
}

process.on("unhandledRejection", tellUnhandled);
process.on("uncaughtException", tellUnhandled);

const { places, filter }: Job = JSON.parse(process.argv[2] ?? "");
await runCases(
  selected(CASES, filter),
  places,
  (report) => tell({ type: "report", report }),
);
tell({ type: "done" });
