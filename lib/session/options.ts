import { type Clock, systemClock } from "../async.ts";
import { milliseconds, type OptionNames } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { Secrets } from "../protocol/secrets.ts";
import { CLOUD_URI, isLoopback } from "../protocol/uri.ts";
import {
  type HeartbeatOptions,
  withHeartbeat,
} from "../transport/heartbeat.ts";
import type { Transport } from "../transport/transport.ts";
import { checkTransport } from "../transport/wrap.ts";
import { webSocketTransport } from "../transport/web_socket.ts";
import {
  type ResultWarning,
  type SessionCallbacks,
  traceObserver,
  warningObserver,
} from "./callbacks.ts";
import type { ReconnectOptions } from "./reconnect.ts";
import type { CallOptions } from "./session.ts";

/** What a credential function receives. */
export interface AuthContext {
  /** The address that the credential is for. */
  readonly uri: string;
  /**
   * How many attempts failed, and connections were lost, since the connection
   * was last stable; 0 for a first attempt.
   */
  readonly attempt: number;
  /** Why the last one failed or was lost; `undefined` for a first attempt. */
  readonly reason: unknown;
  /** Aborts when the attempt to connect ends for any reason. */
  readonly signal: AbortSignal;
}

/**
 * A credential: an API key, a user token or a task key, or a function that
 * returns one and is called before each connection attempt.
 *
 * An error of the function fails the attempt. With `persist` it is called again
 * later, also after the `TypeError` of a `fetch` without a network, but not
 * after an `AuthenticationException` or a `ValidationException`.
 */
export type Auth =
  | string
  | ((context: AuthContext) => string | Promise<string>);

/** Options of {@linkcode connect}; every one may be left out. */
export interface ConnectOptions extends CallOptions, SessionCallbacks {
  /**
   * The engine: a host, `host:port`, or an http, https, ws or wss address.
   * Port 5565 is assumed outside `rocketride.ai`, also for https.
   *
   * @default {env.ROCKETRIDE_URI, then `https://api.rocketride.ai`}
   */
  readonly uri?: string | URL | undefined;
  /**
   * The credential. Sent once per connection, in `auth`, and nowhere else.
   *
   * @default {env.ROCKETRIDE_APIKEY}
   */
  readonly auth?: Auth | undefined;
  /**
   * Variables to use instead of the runtime's: addresses, keys, and what
   * `use` substitutes.
   *
   * @default {`.env`, overlaid with process variables named `ROCKETRIDE_*`}
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /**
   * The transport that carries the messages.
   *
   * @default {webSocketTransport()}
   */
  readonly transport?: Transport | undefined;
  /**
   * The heartbeat on a silent connection; `false` for none.
   *
   * @default {after 15 s of silence, with 20 s to answer}
   */
  readonly heartbeat?: HeartbeatOptions | false | undefined;
  /**
   * Milliseconds that any single call may take. When set, it also bounds
   * calls that last as long as the pipeline works: `use`, `restart` and the
   * steps of a pipe, which otherwise have no limit.
   *
   * @default {30_000 for short calls, none for long ones}
   */
  readonly requestTimeout?: number | undefined;
  /**
   * Milliseconds for one attempt: the credential, the connection, the login and
   * the restoring of subscriptions together.
   *
   * @default {30_000}
   */
  readonly timeout?: number | undefined;
  /**
   * Allow a credential over an unencrypted connection to another machine.
   *
   * @default {false}
   */
  readonly insecure?: boolean | undefined;
  /**
   * The client's name, as the engine's dashboard shows it.
   *
   * @default {"rocketride-streams"}
   */
  readonly module?: string | undefined;
  /**
   * Keep the session connected: `connect` tries until an engine answers, and a
   * lost connection is opened again, after 0 to 250 ms at first and 15 s at
   * most; the delays start small again after a login that lasted 10 s. After
   * close codes 1012 (restart) and 1013 (try again later) the delay is 5 to
   * 15 s.
   *
   * Calls made meanwhile wait, each bounded by its `timeout` and `signal`. Calls
   * that were in flight reject with a `ConnectionException` whose `sent` is
   * `true`, since their outcome is unknown; so do open pipes. Subscriptions are
   * restored.
   *
   * A later login presents the durable token that the engine has issued for a
   * key, and the key itself once that token was refused. A refused key ends the
   * session, and so does a breach of the protocol.
   *
   * The order of things:
   * - connecting: login, subscriptions restored, `onConnected`, waiting calls
   *   in their order, `connect` resolves;
   * - a failed attempt: `onConnectError`, then a delay, unless it is final;
   * - a lost connection: `onDisconnected`, calls in flight reject, a delay;
   * - giving up: `onConnectError`, waiting calls reject, `session.signal`
   *   aborts, `session.closed` resolves;
   * - `close`: waiting calls reject, pipes are closed, `onDisconnected`, calls
   *   in flight reject, `session.signal` aborts, `session.closed` resolves.
   *
   * A callback may close or move the session.
   *
   * Over HTTP there is no connection to lose: `persist` applies to connecting
   * alone, and a request that fails in the network rejects by itself.
   *
   * @default {false}
   */
  readonly persist?: boolean | undefined;
  /**
   * Milliseconds to go on trying after the connection was lost; then the
   * session ends. An attempt in progress by then may still succeed, within
   * `timeout`.

   *
   * @default {no limit}
   */
  readonly maxRetryTime?: number | undefined;
  /**
   * How a session with `persist` connects again.
   *
   * @default {delays of 250 ms, doubling up to 15 s}
   */
  readonly reconnect?: ReconnectOptions | undefined;
  /**
   * The source of the random part of reconnection delays: numbers from 0 to 1.
   *
   * @default {Math.random}
   */
  readonly random?: (() => number) | undefined;
  /**
   * The source of time; a fake one makes tests fast.
   *
   * @default {the platform's}
   */
  readonly clock?: Clock | undefined;
}

/** The options of `connect`. */
export const CONNECT_NAMES: OptionNames<ConnectOptions> = {
  uri: "string or URL",
  auth: 1,
  env: "object",
  transport: 1,
  heartbeat: 1,
  requestTimeout: 1,
  timeout: 1,
  signal: 1,
  insecure: "boolean",
  module: "string",
  persist: "boolean",
  maxRetryTime: 1,
  reconnect: 1,
  random: "function",
  clock: 1,
  onConnected: "function",
  onDisconnected: "function",
  onConnectError: "function",
  onProtocolMessage: "function",
  onWarning: "function",
  onDebugMessage: "function",
  onEvent: "function",
  onTrace: "function",
};

const DEFAULT_TIMEOUT_MS = 30_000;

const MISSING_CREDENTIAL = "Give the auth option or set ROCKETRIDE_APIKEY, " +
  "in the environment or in .env; on Deno, allow both to be read " +
  "(--allow-env --allow-read=.env)";

/** Environment variables by name. */
export type Env = Readonly<Record<string, string>>;

/** The options of a session, resolved. */
export interface Settings {
  readonly transport: Transport;
  readonly url: URL;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly module: string;
  /** The limit of short calls, in milliseconds. */
  readonly requestTimeout: number;
  /** The limit of calls that last as long as the pipeline works. */
  readonly longTimeout: number;
  readonly connectTimeout: number;
  readonly insecure: boolean;
  readonly persist: boolean;
  readonly maxRetryTime: number;
  /** The values that must not show in traces and errors. */
  readonly secrets: Secrets;
  readonly reconnect: ReconnectOptions;
  random(): number;
  /** Calls the callbacks for warnings, where there are some. */
  readonly warn:
    | ((message: string, warning: ResultWarning) => void)
    | undefined;
  /** The variables that `use` substitutes; read at most once. */
  env(): Promise<Env>;
}

/**
 * Resolve the options of `connect`.
 *
 * @throws Whatever is wrong with them; nothing has been sent by then.
 */
export async function resolveSettings(
  options: ConnectOptions & { readonly anonymous?: boolean },
): Promise<Settings> {
  const env = lazyEnv(options.env);
  const clock = options.clock ?? systemClock();
  const inner = options.transport ?? webSocketTransport();
  const requestTimeout = milliseconds("requestTimeout", options.requestTimeout);
  const uri = options.uri || (await env()).ROCKETRIDE_URI || CLOUD_URI;
  const { anonymous = false } = options;
  const auth = anonymous ? "" : options.auth || (await env()).ROCKETRIDE_APIKEY;
  checkKinds(inner, auth);
  const { heartbeat } = options;
  const observe = traceObserver(options);
  // From the inside out, so that traces show heartbeats, too.
  const traced = observe
    ? (await import("../transport/trace.ts")).withTrace(inner, observe)
    : inner;
  const isSilent = heartbeat === false || inner.connectionless;
  const transport = isSilent ? traced : withHeartbeat(traced, heartbeat);
  const settings: Settings = {
    transport,
    url: inner.resolve(String(uri)),
    auth: auth ?? "",
    clock,
    module: options.module ?? "rocketride-streams",
    requestTimeout: requestTimeout ?? DEFAULT_TIMEOUT_MS,
    longTimeout: requestTimeout ?? Infinity,
    connectTimeout: milliseconds("timeout", options.timeout) ??
      DEFAULT_TIMEOUT_MS,
    insecure: options.insecure ?? false,
    persist: options.persist ?? false,
    maxRetryTime: milliseconds("maxRetryTime", options.maxRetryTime) ??
      Infinity,
    secrets: new Secrets(),
    reconnect: options.reconnect ?? {},
    random: options.random ?? ((): number => Math.random()),
    warn: warningObserver(options),
    env,
  };
  return anonymous ? settings : withTarget(settings);
}

function checkKinds(transport: Transport, auth: unknown): void {
  checkTransport(transport);
  if (auth && typeof auth !== "string" && typeof auth !== "function") {
    throw new TypeError(
      `Cannot use auth of type ${typeof auth}: expected a string or a function`,
    );
  }
  // Left by whatever read it from a file or a prompt; it would be refused.
  if (typeof auth === "string" && auth !== auth.trim()) {
    throw new TypeError("Cannot use auth with white space around it");
  }
}

/** Settings for another address or credential, checked before any traffic. */
export function withTarget(
  settings: Settings,
  target: { uri?: string | URL | undefined; auth?: Auth | undefined } = {},
): Settings {
  const { uri, auth = settings.auth } = target;
  const url = uri === undefined
    ? settings.url
    : settings.transport.resolve(String(uri));
  if (!isLoopback(url)) checkCredential(url, auth, settings.insecure);
  return { ...settings, url, auth };
}

function checkCredential(url: URL, auth: Auth, insecure: boolean): void {
  if (!auth) {
    throw new ValidationException(
      `Cannot connect to "${url.host}" without a credential`,
      {
        code: "missing-credential",
        hint: MISSING_CREDENTIAL,
      },
    );
  }
  const plain = url.protocol === "ws:" || url.protocol === "http:";
  if (plain && !insecure) {
    throw new ValidationException(
      `Cannot send a credential to "${url.host}" without encryption`,
      {
        code: "insecure-credential",
        hint: "Use a wss: or https: address, or set insecure: true",
      },
    );
  }
}

/** The given variables, or those of the runtime, read on first use. */
function lazyEnv(given: Env | undefined): () => Promise<Env> {
  let read: Promise<Env> | undefined;
  return () => read ??= given ? Promise.resolve({ ...given }) : runtimeEnv();
}

async function runtimeEnv(): Promise<Env> {
  const { readEnv } = await import("../runtime/env.ts");
  return readEnv();
}
