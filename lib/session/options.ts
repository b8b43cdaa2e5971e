import type { TypedEvent } from "../../schema/typed_event.ts";
import type { Clock } from "../async.ts";
import type { OptionNames } from "../check.ts";
import type { Secrets } from "../protocol/secrets.ts";
import type { HeartbeatOptions } from "../transport/wrappers.ts";
import type { TraceRecord } from "../transport/trace.ts";
import type { Transport } from "../transport/transport.ts";
import type { CallOptions, ConnectionInfo } from "./session.ts";

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

/** How a session with `persist` connects again. */
export interface ReconnectOptions {
  /**
   * Decides whether another attempt is made.
   *
   * Receives why the connection was lost or why the last attempt failed, and
   * the number of the attempt to come, from 1. What it throws ends the session.
   *
   * @default {not after a refused credential, invalid input or a breach of the protocol}
   */
  readonly shouldReconnect?:
    | ((error: unknown, attempt: number) => boolean)
    | undefined;
  /**
   * The most milliseconds before the first attempt; it doubles with each
   * failure.
   *
   * @default {250}
   */
  readonly firstDelay?: number | undefined;
  /**
   * The most milliseconds before any attempt.
   *
   * @default {15_000}
   */
  readonly maxDelay?: number | undefined;
}

/** What `onWarning` of `connect` receives besides its message. */
export interface ResultWarning {
  /** An object has left no result: it may have reached no component. */
  readonly kind: "empty-result";
  /** The id of the object. */
  readonly objectId: string;
  /** The media type that the pipe was opened with. */
  readonly mimeType: string;
  /**
   * The lanes of the source that data of this media type takes: the first of
   * them that the pipeline connects.
   */
  readonly lanes: readonly string[];
}

/** The callbacks of `connect`. Each is called synchronously. */
export interface SessionCallbacks {
  /** Called each time the session is connected, before waiting calls are sent. */
  readonly onConnected?:
    | ((info: ConnectionInfo) => void | Promise<void>)
    | undefined;
  /**
   * Called when the connection is lost or closed, before the calls in flight
   * reject; `hasError` is `false` after `close`.
   */
  readonly onDisconnected?:
    | ((reason: string, hasError: boolean) => void | Promise<void>)
    | undefined;
  /**
   * Called for each failed attempt to connect, and once more, with a message
   * that says so, when `maxRetryTime` is over. Not called when the signal
   * aborts. Errors thrown by the callbacks are ignored, and their promises are
   * not awaited.
   */
  readonly onConnectError?:
    | ((message: string, error: unknown) => void | Promise<void>)
    | undefined;
  /**
   * Called with each message on the connection as JSON, without secrets and
   * payload, as {@linkcode SessionCallbacks.onTrace} receives it.
   */
  readonly onProtocolMessage?: ((message: string) => void) | undefined;
  /**
   * Called for each object whose result has no `result_types`, which is how
   * servers answer where the object reached no component, because none is
   * connected to the lane of its media type; or where no response node does.
   * The message names the media type and the lane. Errors thrown by the
   * callback are ignored.
   *
   * | media type                         | lane of the source          |
   * | ---------------------------------- | --------------------------- |
   * | `lane/<name>`                      | `<name>`                    |
   * | `application/rocketride-question…` | `questions`, else `tags`    |
   * | `text/…`                           | `text`, else `tags`         |
   * | `image/…`                          | `image`, else `tags`        |
   * | `audio/…`                          | `audio`, else `tags`        |
   * | `video/…`                          | `video`, else `tags`        |
   * | any other                          | `tags`, read by `parse`     |
   *
   * "Else" means: where the pipeline connects no component to the first.
   */
  readonly onWarning?:
    | ((message: string, warning: ResultWarning) => unknown)
    | undefined;
  /** Called with what happens to the connection, in words. */
  readonly onDebugMessage?: ((message: string) => void) | undefined;
  /**
   * Called with every event of the session, in order. If it returns a promise,
   * the next event waits for it, unless more than 1,024 wait already. Errors
   * thrown by the callback are ignored.
   */
  readonly onEvent?: ((event: TypedEvent) => unknown) | undefined;
  /**
   * Called with everything that happens on the connection, without secrets and
   * payload; see `withTrace`.
   */
  readonly onTrace?: ((record: TraceRecord) => void) | undefined;
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
  clock: "object",
  onConnected: "function",
  onDisconnected: "function",
  onConnectError: "function",
  onProtocolMessage: "function",
  onWarning: "function",
  onDebugMessage: "function",
  onEvent: "function",
  onTrace: "function",
};

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
  /** Calls the callbacks for warnings, if there are any. */
  readonly warn:
    | ((message: string, warning: ResultWarning) => void)
    | undefined;
  /** The variables that `use` substitutes; read at most once. */
  env(): Promise<Env>;
}
