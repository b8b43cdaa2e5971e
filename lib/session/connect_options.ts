import type { EventMessage } from "../../schema/envelope.ts";
import type { Clock } from "../_clock.ts";
import type { Transport } from "../transport/transport.ts";
import type { HeartbeatOptions } from "../transport/heartbeat.ts";
import type { TraceRecord } from "../transport/trace.ts";
import type { ConnectionInfo } from "./get_connection_info.ts";
import type { ResultWarning } from "./result_warning.ts";
import type { CallOptions } from "./session.ts";

/** What a credential provider is told. */
export interface AuthContext {
  /** The address that the credential is for. */
  readonly uri: string;
  /**
   * How many attempts have failed, and lines were lost, since the line was
   * last well; 0 for a first attempt.
   */
  readonly attempt: number;
  /** Why the last one failed or was lost; `undefined` for a first attempt. */
  readonly reason: unknown;
  /** Aborts when the attempt to connect is given up, for whatever reason. */
  readonly signal: AbortSignal;
}

/**
 * A credential: an API key, a user token or a task key, or a function that is
 * asked for one on every dial, before the engine is bothered.
 *
 * What the function throws fails the attempt. A session that persists asks
 * again later, also after the `TypeError` of a `fetch` without a network, but
 * not after an `AuthenticationException` or a `ValidationException`.
 */
export type Auth =
  | string
  | ((context: AuthContext) => string | Promise<string>);

/** Options of {@linkcode connect}; every one may be left out. */
export interface ConnectOptions extends CallOptions {
  /**
   * The engine: a host, `host:port`, or an http, https, ws or wss address.
   * Port 5565 is assumed outside `rocketride.ai`, also for https.
   *
   * @default {env.ROCKETRIDE_URI, then the RocketRide cloud}
   */
  readonly uri?: string | URL | undefined;
  /**
   * The credential. Sent once per dial, in `auth`, and nowhere else.
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
   * How messages travel.
   *
   * @default {webSocketTransport()}
   */
  readonly transport?: Transport | undefined;
  /**
   * The sign of life that is asked for on a silent line; `false` for none.
   *
   * @default {after 15 s, patience 20 s}
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
   * Milliseconds for one attempt: the credential, the dial, the login and the
   * restoring of subscriptions together.
   *
   * @default {30_000}
   */
  readonly timeout?: number | undefined;
  /**
   * Allow a credential over an unencrypted line to another machine.
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
   * Keep the session connected: `connect` goes on trying until an engine is
   * there, and a lost line is dialled again, after 0 to 250 ms at first and
   * 15 s at most; the pauses start small again after a login that lasted 10 s.
   * An engine that hangs up since it restarts or is too busy (close codes 1012
   * and 1013) is left alone for 5 to 15 s.
   *
   * Calls that are made meanwhile wait, each bounded by its `timeout` and
   * `signal`. Those that were with the engine reject with a
   * `ConnectionException` whose `sent` is `true`, since nobody can know what
   * became of them; so do open pipes. Subscriptions are restored.
   *
   * A later login shows the durable token that the engine gave for a key, and
   * the key itself once that token was refused. A refused key is final: it
   * ends the session, and so does a breach of the protocol.
   *
   * The order of things:
   * - connecting: login, subscriptions restored, `onConnected`, waiting calls
   *   in their order, `connect` resolves;
   * - an attempt that fails: `onConnectError`, then a pause, unless it is final;
   * - a line that is lost: `onDisconnected`, calls in flight reject, a pause;
   * - giving up: `onConnectError`, waiting calls reject, `session.signal`
   *   aborts, `session.closed` resolves;
   * - `close`: waiting calls reject, pipes are released, logout,
   *   `onDisconnected`, calls in flight reject, `session.signal` aborts,
   *   `session.closed` resolves.
   *
   * Every callback is called in the turn of what it tells, and may close or
   * move the session.
   *
   * Over HTTP there is no line to lose: here it is for the connecting alone,
   * and a request that the network fails rejects by itself.
   *
   * @default {false}
   */
  readonly persist?: boolean | undefined;
  /**
   * Milliseconds to go on trying after the line was last up; then the session
   * ends. An attempt that is under way by then may still succeed, within
   * `timeout`.
   *
   * @default {no limit}
   */
  readonly maxRetryTime?: number | undefined;
  /** Called each time when the session is connected, before calls get through. */
  readonly onConnected?:
    | ((info: ConnectionInfo) => void | Promise<void>)
    | undefined;
  /**
   * Called when a line that was connected is gone, before the calls that were
   * with the engine reject; `hasError` is `false` after `close`.
   */
  readonly onDisconnected?:
    | ((reason: string, hasError: boolean) => void | Promise<void>)
    | undefined;
  /**
   * Called for each failed attempt to connect, and once more, with a message
   * that says so, when `maxRetryTime` is over. Not called when the signal
   * aborts. What the callbacks throw is ignored, and nobody waits for their
   * promises.
   */
  readonly onConnectError?:
    | ((message: string, error: unknown) => void | Promise<void>)
    | undefined;
  /**
   * Given each message on the connection as JSON, without secrets and payload:
   * what {@linkcode ConnectOptions.onTrace} is given of it.
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
  /** Given what happens to the line, in words. */
  readonly onDebugMessage?: ((message: string) => void) | undefined;
  /**
   * Where the jitter of reconnecting comes from: numbers from 0 to 1.
   *
   * @default {Math.random}
   */
  readonly random?: (() => number) | undefined;
  /**
   * Given every event of the session, in order: where it returns a promise, the
   * next event waits for that, unless more than 1,024 wait already. What it
   * throws or rejects with is ignored.
   */
  readonly onEvent?: ((event: EventMessage) => unknown) | undefined;
  /**
   * Given everything that happens on the connection, without secrets and
   * payload; `withTrace` says what is shown.
   */
  readonly onTrace?: ((record: TraceRecord) => void) | undefined;
  /**
   * Where time comes from; a fake one makes tests fast.
   *
   * @default {the platform's}
   */
  readonly clock?: Clock | undefined;
}
