import type { ConnectResult } from "../../schema/account.ts";
import type { ResponseMessage } from "../../schema/envelope.ts";
import { abortable, type Clock, deadline, within } from "../async.ts";
import type { Connection, ConnectionHandlers } from "../transport/transport.ts";
import { CLOSE_GRACE_MS } from "./attachments.ts";
import type { Request, RequestOptions } from "./calls.ts";
import { slowStep } from "./failures.ts";
import type { Login } from "./login.ts";
import type { AuthContext, Settings } from "./options.ts";
import type { CallOptions, Restorer } from "./session.ts";

/** How a session is connected. */
export interface OpenOptions extends CallOptions {
  /** Whether to log in. @default {true} */
  readonly login?: boolean | undefined;
  /** The connection that is to be closed first. */
  readonly old?: Connection | undefined;
  /** Why the last connection was lost; a delay then precedes the attempt. */
  readonly drop?: Error | undefined;
}

/** What an attempt to connect needs of its session. */
export interface AttemptHost {
  readonly settings: Settings;
  /** The account of the last login. */
  readonly identity: ConnectResult | undefined;
  /** Receive what the connection delivers. */
  readonly handlers: ConnectionHandlers;
  readonly restorers: ReadonlySet<Restorer>;
  /** The logins of the session; absent if it does not log in. */
  readonly login: Login | undefined;
  /** The connection is open; requests of the attempt may leave. */
  opened(connection: Connection): void;
  /** Send a request of the attempt, which carries its signal. */
  send(request: Request, options: RequestOptions): Promise<ResponseMessage>;
}

/** How an attempt is made. */
export interface AttemptOptions {
  /** Milliseconds for all steps together. */
  readonly limit: number;
  /** What a credential function receives. */
  readonly context: Pick<AuthContext, "attempt" | "reason">;
}

/**
 * One attempt to connect: get a credential, open a connection, log in, restore.
 * All steps share one deadline, which aborts the attempt.
 *
 * @returns The account, if there was a login and the server reports one.
 */
export async function attemptToConnect(
  host: AttemptHost,
  attempt: AbortController,
  { context, limit }: AttemptOptions,
): Promise<ConnectResult | undefined> {
  const { identity, login, restorers, settings } = host;
  const { clock, secrets, transport, url } = settings;
  const { signal } = attempt;
  let step = "get a credential for";
  const cancel = deadline(clock, limit, () => {
    attempt.abort(slowStep(step, url, limit));
  });
  try {
    // First the credential: servers have few places for connections that are
    // not logged in (lib/protocol/README.md#limits).
    const credential = login && await abortable(
      login.credential(settings, identity, { ...context, signal }),
      signal,
    );
    signal.throwIfAborted();
    step = "connect to";
    const connection = await transport.dial(url, host.handlers, {
      signal,
      timeout: limit,
      clock,
      redact: secrets.hide,
    });
    if (signal.aborted) {
      await closeConnection(clock, connection);
      throw signal.reason;
    }
    host.opened(connection);
    if (!credential) return undefined;
    step = "log in at";
    const send: AttemptHost["send"] = (...args) => host.send(...args);
    const account = await login.run(settings, credential, signal, send);
    signal.throwIfAborted();
    step = "restore a session at";
    await restoreAll(restorers, signal);
    return account;
  } finally {
    cancel();
  }
}

/** Run the restorers side by side; their errors are ignored. */
async function restoreAll(
  restorers: ReadonlySet<Restorer>,
  signal: AbortSignal,
): Promise<void> {
  if (restorers.size === 0) return;
  const restoring = [...restorers].map(async (restore) => {
    await restore(signal);
  });
  await abortable(Promise.allSettled(restoring), signal);
}

/** Close a connection, if there is one, but do not wait for a silent peer. */
export async function closeConnection(
  clock: Clock,
  connection: Connection | undefined,
): Promise<void> {
  await within(clock, CLOSE_GRACE_MS, connection?.close(1000, ""));
}
