import type { Command } from "commander";
import type { Session } from "../../mod.ts";
import {
  type ConnectionFlags,
  type OpenOptions,
  openSession,
} from "./connection.ts";
import { Failure, shown, UsageError } from "./failures.ts";
import { Interrupted, Interrupts } from "./interrupt.ts";
import { Output } from "./output.ts";
import { readVariables, type Variables } from "./variables.ts";

/** One run of a command: its options, its output, its clean-up. */
export interface Run<Flags> {
  readonly flags: Flags;
  readonly out: Output;
  /** The variables of `.env` and of the process. */
  readonly env: Variables;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** The arguments after `--args`. */
  readonly rest: readonly string[];
  /** Interrupt the command. */
  interrupt(): void;
  /** Register an action for the end of the run; the last one runs first. */
  defer(action: () => unknown): void;
  /** Connect as the options say; the session is closed at the end. */
  connect(options?: OpenOptions): Promise<Session>;
}

/** The action of a command; it returns the exit code, unless that is 0. */
export type Action<Flags> = (
  run: Run<Flags>,
  args: readonly string[],
) => Promise<number | void>;

export {
  type ConnectionFlags,
  DEFAULT_URI,
  withConnection,
  withJson,
} from "./connection.ts";
export {
  Failure,
  shown,
  UsageError,
  wholeNumber,
  withUsage,
} from "./failures.ts";

/** The arguments after `--args`, by program. */
const restOf = new WeakMap<Command, readonly string[]>();

/** Set the arguments after `--args`. */
export function setRest(program: Command, rest: readonly string[]): void {
  restOf.set(program, rest);
}

/** The exit codes of the commands that were run, by program. */
export const exitCodes: WeakMap<Command, number> = new WeakMap();

/** Options of {@linkcode withAction}. */
export interface ActionOptions {
  /** Whether a signal ends the command normally, with exit code 0. */
  readonly endsBySignal?: boolean;
}

/** Give a command its action. */
export function withAction<Flags extends ConnectionFlags>(
  command: Command,
  action: Action<Flags>,
  { endsBySignal = false }: ActionOptions = {},
): Command {
  return command.action(async (...params: unknown[]) => {
    const self = params.at(-1) as Command;
    const args = params.slice(0, -2).flat()
      .filter((it): it is string => typeof it === "string");
    let root = self;
    while (root.parent) root = root.parent;
    const rest = restOf.get(root) ?? [];
    const code = await perform(self, args, rest, action);
    exitCodes.set(root, endsBySignal && code > 128 ? 0 : code);
  });
}

/** Run an action to its end; returns the exit code. */
async function perform<Flags extends ConnectionFlags>(
  command: Command,
  args: readonly string[],
  rest: readonly string[],
  action: Action<Flags>,
): Promise<number> {
  const flags = command.opts<Flags>();
  const canBeLocal = command.options.some(({ long }) => long === "--local");
  const out = new Output(flags.json);
  const env = await readVariables();
  using interrupts = new Interrupts();
  const { signal } = interrupts;
  const deferred: (() => unknown)[] = [];
  const run: Run<Flags> = {
    flags,
    out,
    env,
    signal,
    rest,
    interrupt: () => interrupts.interrupt(),
    defer: (action) => void deferred.push(action),
    connect: (options) => openSession({ ...run, canBeLocal }, options),
  };
  let code: number;
  try {
    await out.open();
    code = await action(run, args) ?? 0;
    // An interrupted action may end without an error.
    if (signal.aborted) code = codeOf(signal.reason);
  } catch (error) {
    code = signal.aborted ? codeOf(signal.reason) : codeOf(error);
    if (code !== 0) {
      deferred.unshift(() =>
        out.fail(signal.aborted ? shown(signal.reason) : shown(error))
      );
    }
  }
  for (const undo of deferred.reverse()) {
    try {
      await undo();
    } catch (error) {
      await out.warn(`warning: ${shown(error).message}`);
    }
  }
  try {
    await out.close();
  } catch (error) {
    await out.fail(shown(error));
    code ||= 1;
  }
  return code;
}

function codeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof Failure) return 1;
  return error instanceof UsageError ? 2 : 1;
}
