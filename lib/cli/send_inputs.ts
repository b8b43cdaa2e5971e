import type { Command } from "commander";
import {
  type PipelineResult,
  type Session,
  type Task,
  type TaskRef,
  uploadFiles,
  type UploadResult,
} from "../../mod.ts";
import { forCommand } from "./failures.ts";
import type { Input } from "./inputs.ts";
import { oneLine, type Output, plain } from "./output.ts";
import { type Run, wholeNumber } from "./run.ts";
import { createProgress } from "./upload_progress.ts";

/** Options of commands that send. */
export interface SendFlags {
  readonly maxConcurrent?: string;
  readonly retries?: string;
  readonly timeout?: string;
}

/** Add the options of commands that send. */
export function withSend(command: Command): Command {
  return command
    .option("--max-concurrent <count>", "inputs sent at once", "5")
    .option("--retries <count>", "how often to resend after a lost connection");
}

/** The outcome of an input. */
export interface Sent {
  readonly name: string;
  readonly outcome: UploadResult;
}

/**
 * Send inputs to a task, with bars on a terminal.
 *
 * @param onResult Called with each outcome, in the order in which inputs end,
 * and awaited.
 * @returns How many inputs ended, and those that failed.
 */
export async function sendInputs(
  run: Run<SendFlags>,
  session: Session,
  task: TaskRef | Task,
  inputs: readonly Input[],
  onResult: (sent: Sent) => Promise<void> | void,
): Promise<{ readonly count: number; readonly failed: readonly Sent[] }> {
  const { flags, out, signal } = run;
  const failed: Sent[] = [];
  let count = 0;
  const progress = createProgress(out, inputs);
  try {
    const events = uploadFiles(session, task, inputs.map(({ file }) => file), {
      signal,
      concurrency: wholeNumber("--max-concurrent", flags.maxConcurrent),
      retries: wholeNumber("--retries", flags.retries),
      timeout: wholeNumber("--timeout", flags.timeout),
    });
    for await (const event of events) {
      progress.update(event);
      if (event.action !== "complete" && event.action !== "error") continue;
      const { index, ...outcome } = event as UploadResult & { index: number };
      const sent = { name: inputs[index]!.name, outcome };
      count++;
      if (outcome.action === "error") failed.push(sent);
      await onResult(sent);
    }
  } finally {
    progress.stop();
  }
  return { count, failed };
}

/** An outcome as JSON. */
export function sentJson(
  { name, outcome: { result, error } }: Sent,
): Record<string, unknown> {
  return {
    input: name,
    ...(error === undefined ? {} : { error: { message: error } }),
    ...(result ? { result } : {}),
  };
}

/** Print a result, under the name of its input if there are several inputs. */
export async function printResult(
  out: Output,
  { name, outcome: { action, result } }: Sent,
  hasTitle: boolean,
): Promise<void> {
  if (!out.hasLines || action === "error" || !result) return;
  if (hasTitle) await out.line(out.colors.bold(`==> ${oneLine(name)} <==`));
  const text = resultText(result);
  await out.line(out.isTerminal ? plain(text) : text);
}

/** Print failures to the error output. */
export async function printFailures(
  out: Output,
  failed: readonly Sent[],
): Promise<void> {
  for (const { name, outcome } of failed) {
    await out.warn(
      `${out.colors.red("failed")}   ${oneLine(name)}: ${
        oneLine(forCommand(outcome.error ?? "Unknown error"))
      }`,
    );
  }
}

/**
 * A result as text: its texts, tables and answers as they are, everything else as
 * JSON.
 */
export function resultText(result: PipelineResult): string {
  const { result_types: types = {}, ...all } = result;
  const parts = Object.entries(types).flatMap(([field, lane]) => {
    const values = all[field];
    if (!Array.isArray(values)) return [];
    return READABLE.has(lane) || lane === "answers"
      ? values.map(valueText)
      : [JSON.stringify(values, null, 2)];
  });
  return parts.length > 0 ? parts.join("\n") : JSON.stringify(result, null, 2);
}

/** Lanes of text. */
const READABLE: ReadonlySet<string> = new Set(["text", "table"]);

/** A value as text, without line ends after it. */
export function valueText(value: unknown): string {
  return typeof value === "string"
    ? value.trimEnd()
    : JSON.stringify(value, null, 2);
}
