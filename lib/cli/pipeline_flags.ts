import { type Command, Option } from "commander";
import {
  type PipelineInput,
  type Session,
  type Task,
  type TaskRef,
  terminate,
  type TraceLevel,
  use,
  type UseOptions,
} from "../../mod.ts";
import { type Run, UsageError, wholeNumber } from "./run.ts";

/** Options of commands that start a pipeline. */
export interface StartFlags {
  readonly source?: string;
  readonly threads: string;
  readonly ttl?: string;
  readonly trace?: TraceLevel;
}

/** Options of commands that use a task, or start a pipeline. */
export interface TaskFlags extends StartFlags {
  readonly pipeline?: string;
  readonly token?: string;
}

const LEVELS: readonly TraceLevel[] = ["none", "metadata", "summary", "full"];

/** Add the options of commands that start a pipeline. */
export function withStart(command: Command): Command {
  return command
    .option("--source <id>", "the source component to run")
    .option("--threads <count>", "objects processed at once, 1 to 64", "4")
    .option(
      "--ttl <seconds>",
      "end the task when idle for so long; 0 for never",
    )
    .addOption(
      new Option("--trace <level>", "what events show").choices(LEVELS),
    )
    .option(
      "--args <args...>",
      "arguments for the pipeline: all words that follow",
    );
}

/** Add the options that name a task, or a pipeline. */
export function withTask(command: Command): Command {
  return command
    .option("--pipeline <file>", "a pipeline (default: ROCKETRIDE_PIPELINE)")
    .option("--token <token>", "a task (default: ROCKETRIDE_TOKEN)");
}

/** The pipeline of a file or URL, as functions of the client take it. */
export function placeOf(file: string): PipelineInput {
  return /^https?:/.test(file)
    ? { pipeline: new URL(file) }
    : { filepath: file };
}

/** The options of a start, checked before anything is done. */
export function startOptions(
  { flags, rest, signal }: Run<StartFlags>,
  file: string,
): UseOptions {
  const { source, trace } = flags;
  return {
    ...placeOf(file),
    source,
    threads: wholeNumber("--threads", flags.threads),
    ttl: wholeNumber("--ttl", flags.ttl),
    pipelineTraceLevel: trace,
    args: rest.length > 0 ? [...rest] : undefined,
    signal,
  };
}

/** Start a pipeline that ends with the command. */
export async function startOwnTask(
  { defer }: Pick<Run<unknown>, "defer">,
  session: Session,
  options: UseOptions,
): Promise<Task> {
  const task = await use(session, options);
  defer(() => terminate(session, task, { timeout: 4_000 }));
  return task;
}

/**
 * The task that the options name, or one that ends with the command. The options
 * are checked at once; the task is found or started when there is a session.
 */
export function taskOf(
  run: Run<TaskFlags>,
): (session: Session) => Promise<TaskRef> {
  const { flags, env } = run;
  const token = flags.token ?? (flags.pipeline ? "" : env.ROCKETRIDE_TOKEN);
  if (token) return () => Promise.resolve(token);
  const file = flags.pipeline ?? env.ROCKETRIDE_PIPELINE;
  if (!file) {
    throw new UsageError(
      "Either --pipeline or --token must be given",
      "or set ROCKETRIDE_PIPELINE or ROCKETRIDE_TOKEN",
    );
  }
  const options = startOptions(run, file);
  return (session) => startOwnTask(run, session, options);
}

/** The task of an option, an argument or a variable. */
export function tokenOf(
  { flags, env }: Run<{ readonly token?: string }>,
  argument?: string,
): string {
  const token = argument ?? flags.token ?? env.ROCKETRIDE_TOKEN;
  if (token) return token;
  throw new UsageError(
    "A task is missing",
    "give its token, use --token or set ROCKETRIDE_TOKEN",
  );
}
