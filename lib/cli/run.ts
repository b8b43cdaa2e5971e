import type { Command } from "commander";
import { close, connect, isDAPException, type Session } from "../../mod.ts";
import { Interrupted, Interrupts } from "./interrupt.ts";
import { Output, type ShownError } from "./output.ts";
import { readVariables, type Variables } from "./variables.ts";

/** The address without `--uri` and `ROCKETRIDE_URI`. */
export const DEFAULT_URI = "http://localhost:5565";

/** Options that all commands with a connection have. */
export interface ConnectionFlags {
  readonly uri?: string;
  readonly apikey?: string;
  readonly insecure?: boolean;
  readonly local?: boolean;
  readonly json?: string;
}

/** Wrong usage, which exits with 2. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name: string = "UsageError";
  /** What to do instead. */
  readonly hint: string | undefined;

  /** Make an error. */
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A failure in the words of the command, which exits with 1. */
export class Failure extends UsageError {
  /** The class's name. */
  override readonly name: string = "Failure";
}

/** One run of a command: its options, its output, what it must clean up. */
export interface Run<Flags> {
  readonly flags: Flags;
  readonly out: Output;
  /** The variables of `.env` and of the process. */
  readonly env: Variables;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** What stands behind `--args`. */
  readonly rest: readonly string[];
  /** Interrupt the command. */
  interrupt(): void;
  /** Do something at the end, the last first, however the command ends. */
  defer(action: () => unknown): void;
  /** Connect as the options say; the session is closed at the end. */
  connect(options?: OpenOptions): Promise<Session>;
}

/** Options of `connect` of a {@linkcode Run}. */
export interface OpenOptions {
  /** Keep the session connected, and wait for an engine at first. */
  readonly persist?: boolean;
  /** Called with what is wrong with the connection, or that nothing is. */
  readonly onState?: (text: string | undefined) => void;
}

/** What a command does; it returns the exit code, if that is not 0. */
export type Action<Flags> = (
  run: Run<Flags>,
  args: readonly string[],
) => Promise<number | void>;

/** What is behind `--args`, by the command that is being run. */
const restOf = new WeakMap<Command, readonly string[]>();

/** Remember what is behind `--args`. */
export function setRest(program: Command, rest: readonly string[]): void {
  restOf.set(program, rest);
}

/** The exit codes of the commands that were run, by program. */
export const exitCodes: WeakMap<Command, number> = new WeakMap();

/** Options of {@linkcode withAction}. */
export interface ActionOptions {
  /** Whether a signal is how the command usually ends: it then exits with 0. */
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
    const code = await perform(self.opts<Flags>(), args, rest, action);
    exitCodes.set(root, endsBySignal && code > 128 ? 0 : code);
  });
}

/** Run an action to its end; returns the exit code. */
async function perform<Flags extends ConnectionFlags>(
  flags: Flags,
  args: readonly string[],
  rest: readonly string[],
  action: Action<Flags>,
): Promise<number> {
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
    connect: (options) => open(run, options),
  };
  let code: number;
  try {
    code = await action(run, args) ?? 0;
    // What was interrupted may have ended without an error.
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
  await out.close();
  return code;
}

function codeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
  if (error instanceof Failure) return 1;
  return error instanceof UsageError ? 2 : 1;
}

/** An error in the two parts in which it is printed. */
export function shown(error: unknown): ShownError {
  if (!(error instanceof Error)) return { message: String(error) };
  const hint = error instanceof UsageError
    ? error.hint
    : isDAPException(error)
    ? error.hint
    : undefined;
  const message = error.message || error.name;
  if (!hint) return { message };
  // The message of an exception ends with its hint.
  const at = message.lastIndexOf(hint);
  const bare = at > 0 ? message.slice(0, at).trimEnd() : message;
  return { message: bare.replace(/(?<=[^.])\.$/, ""), hint };
}

/** Connect as the options and variables say. */
async function open(
  run: Run<ConnectionFlags>,
  { persist = false, onState }: OpenOptions = {},
): Promise<Session> {
  const { flags, env, signal, out } = run;
  const warned = new Set<string>();
  const common = {
    env,
    signal,
    module: "rocketride-cli",
    insecure: flags.insecure ?? false,
    onWarning: (text: string): void => {
      if (warned.has(text)) return;
      warned.add(text);
      void out.warn(`warning: ${text}`);
    },
  };
  if (flags.local) {
    const { createEngine } = await import("../engine/mod.ts");
    const engine = createEngine({ env });
    run.defer(() => engine.close());
    const session = await connect({ ...common, transport: engine.transport() });
    run.defer(() => close(session));
    return session;
  }
  const uri = flags.uri || env.ROCKETRIDE_URI || DEFAULT_URI;
  try {
    const session = await connect({
      ...common,
      uri,
      auth: flags.apikey || env.ROCKETRIDE_APIKEY || anyKey(uri),
      persist,
      ...(onState && {
        onConnected: (): void => onState(undefined),
        onDisconnected: (reason: string): void =>
          onState(`Connection lost, connecting again... ${reason}`),
        onConnectError: (message: string): void =>
          onState(`Connecting again... ${message}`),
      }),
    });
    run.defer(() => close(session));
    return session;
  } catch (error) {
    if (
      isDAPException(error, "authentication-refused") && !flags.apikey &&
      !env.ROCKETRIDE_APIKEY
    ) {
      throw new Failure(
        `${uri} wants an API key`,
        "give --apikey or set ROCKETRIDE_APIKEY, also in .env",
      );
    }
    if (!isDAPException(error, "connection-failed")) throw error;
    throw new Failure(
      shown(error).message,
      flags.uri || env.ROCKETRIDE_URI
        ? "is an engine running there?"
        : "start one with: rocketride engine, or name another with --uri",
    );
  }
}

/**
 * An engine without keys accepts any, but none at all: that is what this machine
 * is asked with. Others get no key that was not given.
 */
function anyKey(uri: string): string | undefined {
  return /^\w+:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(uri)
    ? "local"
    : undefined;
}

/** Add the options of a connection. */
export function withConnection(
  command: Command,
  { local = false }: { readonly local?: boolean } = {},
): Command {
  command
    .option(
      "--uri <address>",
      `the engine (default: ROCKETRIDE_URI, else ${DEFAULT_URI})`,
    )
    .option("--apikey <key>", "the API key (default: ROCKETRIDE_APIKEY)")
    .option("--insecure", "allow a key over an unencrypted connection");
  if (local) {
    command.option("--local", "use an engine inside of this process");
  }
  return withJson(command);
}

/** Add the option `--json`. */
export function withJson(command: Command): Command {
  return command.option(
    "--json [file]",
    "print the result as JSON, or write it to a file (--json=FILE)",
  );
}

/** Read a whole number from an option. */
export function wholeNumber(
  name: string,
  text: string | undefined,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  throw new UsageError(
    `Cannot use ${name} "${text}": expected a whole number`,
  );
}

/** What a call returns; the mistakes of its caller are wrong usage. */
export async function withUsage<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) {
      throw new UsageError(error.message);
    }
    throw error;
  }
}
