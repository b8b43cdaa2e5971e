import { type Clock, notify, systemClock } from "../async.ts";
import { checkOptions, milliseconds } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { Secrets } from "../protocol/secrets.ts";
import { CLOUD_URI, isLoopback } from "../protocol/uri.ts";
import { withHeartbeat } from "../transport/heartbeat.ts";
import type { TraceRecord } from "../transport/trace.ts";
import { checkTransport, type Transport } from "../transport/transport.ts";
import { webSocketTransport } from "../transport/web_socket.ts";
import {
  type Auth,
  CONNECT_NAMES,
  type ConnectOptions,
  type ReconnectOptions,
  type ResultWarning,
  type SessionCallbacks,
} from "./options.ts";
import type { LifecycleEvent } from "./session.ts";

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
  /** Calls the callbacks for warnings. */
  warn(message: string, warning: ResultWarning): void;
  /** The variables that `use` substitutes; read at most once. */
  env(): Promise<Env>;
}

/**
 * Resolve the options of `connect`.
 *
 * @param usage How the call looks, for messages.
 * @param anonymous Whether no credential is needed, and none is read.
 * @throws Whatever is wrong with them; nothing has been sent by then.
 */
export async function resolveSettings(
  options: ConnectOptions,
  usage = "connect({ uri, auth })",
  anonymous = false,
): Promise<Settings> {
  // Else the credential would go to wherever the default leads.
  checkOptions(options, usage, CONNECT_NAMES);
  const {
    clock = systemClock(),
    heartbeat,
    insecure = false,
    maxRetryTime = Infinity,
    module = "rocketride-streams",
    persist = false,
    random = (): number => Math.random(),
    reconnect = {},
    requestTimeout,
    timeout = DEFAULT_TIMEOUT_MS,
    transport: inner = webSocketTransport(),
  } = options;
  options.signal?.throwIfAborted();
  milliseconds("requestTimeout", requestTimeout);
  milliseconds("maxRetryTime", maxRetryTime);
  checkOptions(reconnect, "connect({ reconnect: { maxDelay } })", {
    shouldReconnect: 1,
    firstDelay: 1,
    maxDelay: 1,
  });
  checkTransport(inner);
  const env = lazyEnv(options.env);
  const uri = options.uri || (await env()).ROCKETRIDE_URI || CLOUD_URI;
  const auth = anonymous
    ? ""
    : options.auth || (await env()).ROCKETRIDE_APIKEY || "";
  checkAuth(auth);
  // From the inside out, so that traces show heartbeats, too.
  const observe = traceObserver(options);
  const traced = observe
    ? (await import("../transport/trace.ts")).withTrace(inner, observe)
    : inner;
  const settings: Settings = {
    transport: heartbeat === false ? traced : withHeartbeat(traced, heartbeat),
    url: inner.resolve(String(uri)),
    auth,
    clock,
    module,
    requestTimeout: requestTimeout ?? DEFAULT_TIMEOUT_MS,
    longTimeout: requestTimeout ?? Infinity,
    connectTimeout: timeout,
    insecure,
    persist,
    maxRetryTime,
    secrets: new Secrets(),
    reconnect,
    random,
    warn(message, warning): void {
      notify(() => options.onWarning?.(message, warning), undefined);
      notify(options.onTrace, { kind: "warning", message });
    },
    env,
  };
  return anonymous ? settings : withTarget(settings);
}

function checkAuth(auth: unknown): void {
  if (typeof auth !== "string") {
    if (typeof auth === "function") return;
    throw new TypeError(
      `Cannot use auth of type ${typeof auth}: expected a string or a function`,
    );
  }
  // Left by whatever read it from a file or a prompt; it would be refused.
  if (auth !== auth.trim()) {
    throw new TypeError("Cannot use auth with white space around it");
  }
}

/** Settings for another address or credential, checked before any traffic. */
export function withTarget(
  settings: Settings,
  { uri, auth = settings.auth }: Pick<ConnectOptions, "uri" | "auth"> = {},
): Settings {
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
      { code: "missing-credential", hint: MISSING_CREDENTIAL },
    );
  }
  if (!insecure && /^(?:ws|http):/.test(url.protocol)) {
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

/** One observer of the session's lifecycle for its callbacks. */
export function lifecycleObserver(
  { onConnected, onConnectError, onDebugMessage, onDisconnected }:
    SessionCallbacks,
): (event: LifecycleEvent) => void {
  /** What the event is in words, and what calls the callback for it. */
  function told(event: LifecycleEvent): [string, (() => unknown)?] {
    switch (event.type) {
      case "connected": {
        const { info } = event;
        return [`Connected to ${info.uri}`, () => onConnected?.(info)];
      }
      case "disconnected": {
        const { hasError, reason } = event;
        const call = () => onDisconnected?.(reason, hasError);
        return [`Disconnected: ${reason}`, call];
      }
      case "connect-error": {
        const { error, message } = event;
        const call = () => onConnectError?.(message, error);
        return [`Cannot connect: ${message}`, call];
      }
      case "reconnecting": {
        const { attempt, delay } = event;
        return [`Attempt ${attempt} in ${Math.round(delay)} ms`];
      }
      case "ended":
        return [`Session ended: ${event.end.reason}`];
    }
  }
  return (event) => {
    const [words, call] = told(event);
    notify(onDebugMessage, words);
    notify(call, undefined);
  };
}

/** One observer of the connection for both of its callbacks, if there are any. */
function traceObserver(
  { onProtocolMessage, onTrace }: SessionCallbacks,
): ((record: TraceRecord) => void) | undefined {
  if (!onProtocolMessage) return onTrace;
  return (record) => {
    notify(onTrace, record);
    if (!("payloadBytes" in record)) return;
    const direction = record.kind === "sent" ? "->" : "<-";
    notify(onProtocolMessage, `${direction} ${JSON.stringify(record.message)}`);
  };
}
