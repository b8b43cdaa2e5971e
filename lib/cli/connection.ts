import type { Command } from "commander";
import { close, connect, isDAPException, type Session } from "../../mod.ts";
import { Failure, forCommand, shown } from "./failures.ts";
import { oneLine, type Output } from "./output.ts";
import type { Variables } from "./variables.ts";

/** The default address. */
export const DEFAULT_URI = "http://localhost:5565";

/** Options that all commands with a connection have. */
export interface ConnectionFlags {
  readonly uri?: string;
  readonly apikey?: string;
  readonly insecure?: boolean;
  readonly local?: boolean;
  readonly json?: string;
}

/** Options of {@linkcode openSession}. */
export interface OpenOptions {
  /** Connect to the server for deployments. */
  readonly deploys?: boolean;
  /** Reconnect, and wait until an engine answers. */
  readonly persist?: boolean;
  /** Called with the problem of the connection; `undefined` once it is open. */
  readonly onState?: (text: string | undefined) => void;
}

/** What `openSession` needs of a run. */
export interface Opening {
  readonly flags: ConnectionFlags;
  readonly env: Variables;
  readonly out: Output;
  readonly signal: AbortSignal;
  /** Whether the command has the option `--local`. */
  readonly canBeLocal: boolean;
  /** Register an action for the end of the run. */
  defer(action: () => unknown): void;
}

/** Connect as the options and variables say; the session is closed at the end. */
export async function openSession(
  opening: Opening,
  options: OpenOptions = {},
): Promise<Session> {
  const { flags, signal, out, canBeLocal, defer } = opening;
  const target = targetOf(opening, options);
  const warned = new Set<string>();
  const common = {
    env: target.env,
    signal,
    module: "rocketride-cli",
    insecure: flags.insecure ?? false,
    onWarning: (text: string): void => {
      if (warned.has(text)) return;
      warned.add(text);
      void out.warn(`warning: ${oneLine(forCommand(text))}`);
    },
  };
  if (flags.local) {
    const { createEngine } = await import("../engine/mod.ts");
    const engine = createEngine({ env: target.env });
    defer(() => engine.close());
    const session = await connect({ ...common, transport: engine.transport() });
    defer(() => close(session));
    return session;
  }
  const { uri, key, isDefault, names } = target;
  const { persist = false, onState } = options;
  try {
    const session = await connect({
      ...common,
      uri,
      auth: key ?? anyKey(uri),
      persist,
      ...(onState && {
        onConnected: (): void => onState(undefined),
        onDisconnected(reason: string, hasError: boolean): void {
          // The command closes the session at the end.
          if (hasError) {
            onState(`Connection lost, connecting again... ${reason}`);
          }
        },
        onConnectError: (message: string): void =>
          onState(`Connecting again... ${message}`),
      }),
    });
    defer(() => close(session));
    return session;
  } catch (error) {
    if (
      isDAPException(error, "missing-credential") ||
      isDAPException(error, "authentication-refused") && key === undefined
    ) {
      throw new Failure(
        `${uri} wants an API key`,
        `give --apikey or set ${names}_APIKEY, also in .env`,
      );
    }
    if (!isDAPException(error, "connection-failed")) throw error;
    throw new Failure(
      shown(error).message,
      isDefault
        ? "start one with: rocketride engine, or name another with --uri" +
          (canBeLocal ? ", or use --local" : "")
        : "is an engine running there?",
    );
  }
}

/** The server of a connection, and its credential. */
interface Target {
  readonly uri: string;
  readonly key: string | undefined;
  /** Whether no address was given. */
  readonly isDefault: boolean;
  /** The prefix of the variables. */
  readonly names: string;
  /** The variables that pipelines may use. */
  readonly env: Variables;
}

function targetOf(
  { flags, env }: Opening,
  { deploys = false }: OpenOptions,
): Target {
  const names = deploys ? "ROCKETRIDE_DEPLOY" : "ROCKETRIDE";
  const given = flags.uri || env[`${names}_URI`];
  if (deploys && !given) {
    throw new Failure(
      "There is no server for deployments",
      "set ROCKETRIDE_DEPLOY_URI and ROCKETRIDE_DEPLOY_APIKEY, or run: " +
        "rocketride login --deploy",
    );
  }
  return {
    uri: given || DEFAULT_URI,
    key: flags.apikey || env[`${names}_APIKEY`] || undefined,
    isDefault: !given,
    names,
    env: Object.fromEntries(
      Object.entries(env).filter(([name]) =>
        name.startsWith("ROCKETRIDE_") && !(deploys && DEVELOPMENT.has(name))
      ),
    ),
  };
}

/** Variables that are never used for the server for deployments. */
const DEVELOPMENT: ReadonlySet<string> = new Set([
  "ROCKETRIDE_URI",
  "ROCKETRIDE_APIKEY",
]);

/**
 * An engine without keys accepts any key, but requires one. Engines on this
 * machine therefore get a placeholder; other servers get only a given key.
 */
function anyKey(uri: string): string | undefined {
  return /^\w+:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(uri)
    ? "local"
    : undefined;
}

/** Add the options of a connection. */
export function withConnection(
  command: Command,
  { local = false, deploys = false }: {
    readonly local?: boolean;
    readonly deploys?: boolean;
  } = {},
): Command {
  const pair = deploys ? "ROCKETRIDE_DEPLOY" : "ROCKETRIDE";
  const otherwise = deploys ? "" : `, else ${DEFAULT_URI}`;
  command
    .option(
      "--uri <address>",
      `the engine (default: ${pair}_URI${otherwise})`,
    )
    .option("--apikey <key>", `the API key (default: ${pair}_APIKEY)`)
    .option("--insecure", "allow a key over an unencrypted connection");
  if (local) {
    command.option("--local", "use an engine in this process");
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

/** Lines with examples, for the end of a help text. */
export function examples(
  lines: readonly (readonly [command: string, what: string])[],
): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return "\nExamples:\n" +
    lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}\n`)
      .join("");
}
