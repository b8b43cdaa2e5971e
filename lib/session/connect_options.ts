import type { EventMessage } from "../../schema/envelope.ts";
import type { Clock } from "../_clock.ts";
import type { Transport } from "../transport/transport.ts";
import type { HeartbeatOptions } from "../transport/with_heartbeat.ts";
import type { TraceRecord } from "../transport/with_trace.ts";
import type { ConnectionInfo } from "./get_connection_info.ts";
import type { CallOptions } from "./session.ts";

/** What a credential provider is told. */
export interface AuthContext {
  /** The address that the credential is for. */
  readonly uri: string;
  /** Aborts when the attempt to connect is given up, for whatever reason. */
  readonly signal: AbortSignal;
}

/**
 * A credential: an API key, a user token or a task key, or a function that is
 * asked for one on every dial.
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
   * Milliseconds for the dial and the login together.
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
   * 15 s at most. Calls that are made meanwhile wait, each bounded by its
   * `timeout` and `signal`; those that were with the engine reject, since
   * nobody can know what became of them. A refused credential ends it.
   *
   * @default {false}
   */
  readonly persist?: boolean | undefined;
  /**
   * Milliseconds to go on trying after the line was last up; then the session
   * ends.
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
   * that says so, when `maxRetryTime` is over. What the callbacks throw is
   * ignored, and nobody waits for their promises.
   */
  readonly onConnectError?:
    | ((message: string, error: unknown) => void | Promise<void>)
    | undefined;
  /** Given each message on the line as text, without secrets and payload. */
  readonly onProtocolMessage?: ((message: string) => void) | undefined;
  /** Given what happens to the line, in words. */
  readonly onDebugMessage?: ((message: string) => void) | undefined;
  /**
   * Where the jitter of reconnecting comes from: numbers from 0 to 1.
   *
   * @default {Math.random}
   */
  readonly random?: (() => number) | undefined;
  /** Given every event of the session, in order. What it throws is ignored. */
  readonly onEvent?: ((event: EventMessage) => void) | undefined;
  /** Given everything that happens on the line, without secrets and payload. */
  readonly onTrace?: ((record: TraceRecord) => void) | undefined;
  /**
   * Where time comes from; a fake one makes tests fast.
   *
   * @default {the platform's}
   */
  readonly clock?: Clock | undefined;
}
