import type { ServerInfo } from "../../schema/account.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { notify, systemClock } from "../async.ts";
import { inSequence } from "../bounded_queue.ts";
import { checkOptions, milliseconds } from "../check.ts";
import { ValidationException } from "../errors.ts";
import { Secrets } from "../protocol/secrets.ts";
import { CLOUD_URI, isLoopback } from "../protocol/uri.ts";
import { webSocketTransport } from "../transport/web_socket.ts";
import { checkTransport, withHeartbeat } from "../transport/wrappers.ts";
import { call } from "./call.ts";
import { SessionCore } from "./core.ts";
import { Handle } from "./handle.ts";
import {
  type Auth,
  CONNECT_NAMES,
  type ConnectOptions,
  type Env,
  type SessionCallbacks,
  type Settings,
} from "./options.ts";
import type { LifecycleEvent, Session } from "./session.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

const MISSING_CREDENTIAL = "Give the auth option or set ROCKETRIDE_APIKEY, " +
  "in the environment or in .env; on Deno, allow both to be read " +
  "(--allow-env --allow-read=.env)";

/**
 * Connect to an engine and log in.
 *
 * The promise resolves when the engine has accepted the credential; with
 * `persist` it waits for an engine that is not there yet. Both
 * server generations are understood. A failure leaves nothing open.
 *
 * @param options See {@linkcode ConnectOptions}; every one may be left out.
 * @returns The session that every other function takes.
 * @throws {ValidationException} The address is not one, or a credential is
 * missing or would travel unencrypted. Nothing was sent.
 * @throws {TypeError} The options, the credential or the transport are of
 * another type.
 * @throws {AuthenticationException} The engine refused the credential; final.
 * @throws {ConnectionException} The engine cannot be reached, or closed the
 * connection.
 * @throws {TimeoutException} It did not answer in time.
 * @throws What the `auth` function throws.
 * @throws The signal's reason, if aborted.
 *
 * @example Against the embedded engine, in process
 * ```ts
 * import { assert } from "@std/assert";
 * import { close, connect, ping } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * assert(await ping(session) >= 0);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function connect(options: ConnectOptions = {}): Promise<Session> {
  const core = new SessionCore(await resolveSettings(options));
  const { onEvent, signal, timeout } = options;
  if (onEvent) {
    const notify = inSequence(onEvent);
    core.listeners.add((event) => notify(event as TypedEvent));
  }
  core.observers.add(lifecycleObserver(options));
  await core.open({ signal, timeout });
  return new Handle(core);
}

/** Options of {@linkcode getServerInfo}: those of `connect` that make sense. */
export type ServerInfoOptions = Pick<
  ConnectOptions,
  "uri" | "env" | "transport" | "clock" | "signal" | "timeout"
>;

/**
 * Ask an engine what it is, without logging in.
 *
 * Opens a connection for this request and closes it. No credential
 * is read or sent. 1.0 engines do not know the question.
 *
 * @param options See {@linkcode ServerInfoOptions}.
 * @returns Version, capabilities and platform, as far as the engine sends them.
 * @throws {RocketRideException} The engine does not know the question.
 * @throws {ConnectionException} It cannot be reached.
 * @throws {TimeoutException} It did not answer in time.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { getServerInfo } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const info = await getServerInfo({ transport: engine.transport() });
 * assertEquals(typeof info.version, "string");
 * await engine.close();
 * ```
 */
export async function getServerInfo(
  options: ServerInfoOptions = {},
): Promise<ServerInfo> {
  // The options of `connect` may be passed on as they are.
  const settings = await resolveSettings(
    options,
    "getServerInfo({ uri })",
    true,
  );
  const { signal, timeout } = options;
  const core = new SessionCore(settings);
  await core.open({ signal, timeout, login: false });
  try {
    const body = await call(core, "rrext_public_probe", {}, {
      signal,
      timeout: settings.connectTimeout,
    });
    return body as unknown as ServerInfo;
  } finally {
    await core.close();
  }
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
  // A misspelt `uri` would send the credential to the default server.
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
  const given = options.env;
  let read: Promise<Env> | undefined;
  const env = (): Promise<Env> =>
    read ??= given ? Promise.resolve({ ...given }) : runtimeEnv();
  const uri = options.uri || (await env()).ROCKETRIDE_URI || CLOUD_URI;
  const auth = anonymous
    ? ""
    : options.auth || (await env()).ROCKETRIDE_APIKEY || "";
  // From the inside out, so that traces show heartbeats, too.
  const traced = options.onTrace || options.onProtocolMessage
    ? (await import("../transport/trace.ts")).traced(inner, options)
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
    warn: (options.onWarning || options.onTrace) && ((message, warning) => {
      notify(() => options.onWarning?.(message, warning), undefined);
      notify(options.onTrace, { kind: "warning", message });
    }),
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
  // Usually left over from a file or a prompt; servers would refuse it.
  if (auth !== auth.trim()) {
    throw new TypeError("Cannot use auth with white space around it");
  }
}

/** Settings for another address or credential, checked before any traffic. */
export function withTarget(
  settings: Settings,
  { uri, auth = settings.auth }: Pick<ConnectOptions, "uri" | "auth"> = {},
): Settings {
  checkAuth(auth);
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
  if (!insecure && ["ws:", "http:"].includes(url.protocol)) {
    throw new ValidationException(
      `Cannot send a credential to "${url.host}" without encryption`,
      {
        code: "insecure-credential",
        hint: "Use a wss: or https: address, or set insecure: true",
      },
    );
  }
}

async function runtimeEnv(): Promise<Env> {
  const { readEnv } = await import("../runtime/env.ts");
  return readEnv();
}

/** Make the observer of a session that calls the user's callbacks. */
function lifecycleObserver(
  { onConnected, onConnectError, onDebugMessage, onDisconnected }:
    SessionCallbacks,
): (event: LifecycleEvent) => void {
  /** The event as a sentence, and a function that calls its callback. */
  function describe(event: LifecycleEvent): [string, (() => unknown)?] {
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
    const [words, call] = describe(event);
    notify(onDebugMessage, words);
    notify(call, undefined);
  };
}
