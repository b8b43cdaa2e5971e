import { type Clock, systemClock } from "../_clock.ts";
import { ValidationException } from "../errors.ts";
import { Secrets } from "../protocol/secrets.ts";
import { CLOUD_URI, isLoopback } from "../protocol/uri.ts";
import type { Transport } from "../transport/transport.ts";
import { webSocketTransport } from "../transport/web_socket.ts";
import { withHeartbeat } from "../transport/heartbeat.ts";
import { withTrace } from "../transport/trace.ts";
import type { Auth, ConnectOptions } from "./connect_options.ts";
import { traceCallback, warningCallback } from "./_observe.ts";
import type { ResultWarning } from "./result_warning.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** Deno does not let a program see its variables, unless it is told to. */
const MISSING_CREDENTIAL = "Give the auth option or set ROCKETRIDE_APIKEY, " +
  "in the environment or in .env; on Deno, allow both to be read " +
  "(--allow-env --allow-read=.env)";

/** Environment variables, as the client sees them. */
export type Env = Readonly<Record<string, string>>;

/** What a session works with: every option resolved. */
export interface Settings {
  readonly transport: Transport;
  readonly url: URL;
  readonly auth: Auth;
  readonly clock: Clock;
  readonly module: string;
  /** For short calls; those that last as long as the work have none. */
  readonly requestTimeout: number;
  /** What the user set, if anything; also bounds the long calls. */
  readonly longTimeout: number;
  readonly connectTimeout: number;
  readonly insecure: boolean;
  readonly persist: boolean;
  readonly maxRetryTime: number;
  /** What must not show in traces and errors. */
  readonly secrets: Secrets;
  random(): number;
  /** Tells the user's observers that something is hardly wanted. */
  warn(message: string, warning: ResultWarning): void;
  /** The variables that `use` substitutes; read at most once. */
  env(): Promise<Env>;
}

/** Resolve the options of `connect`; everything wrong is found here. */
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
  const settings: Settings = {
    transport: decorated(inner, options),
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
    random: options.random ?? ((): number => Math.random()),
    warn: warningCallback(options),
    env,
  };
  return anonymous ? settings : withTarget(settings);
}

function checkKinds(transport: Transport, auth: unknown): void {
  if (typeof transport.resolve !== "function") {
    throw new TypeError(
      `Cannot use transport of type ${typeof transport}: expected what ` +
        "webSocketTransport() or an engine's transport() returns",
    );
  }
  if (auth && typeof auth !== "string" && typeof auth !== "function") {
    throw new TypeError(
      `Cannot use auth of type ${typeof auth}: expected text or a function`,
    );
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

/** Wrapped from the inside out, so that traces show heartbeats, too. */
function decorated(inner: Transport, options: ConnectOptions): Transport {
  const { heartbeat } = options;
  const observe = traceCallback(options);
  const traced = observe ? withTrace(inner, observe) : inner;
  const none = heartbeat === false || inner.connectionless;
  return none ? traced : withHeartbeat(traced, heartbeat);
}

/** D4: the given variables, or those of the runtime, read on first use. */
function lazyEnv(given: Env | undefined): () => Promise<Env> {
  let read: Promise<Env> | undefined;
  return () => read ??= given ? Promise.resolve({ ...given }) : runtimeEnv();
}

async function runtimeEnv(): Promise<Env> {
  const { readEnv } = await import("../runtime/env.ts");
  return readEnv();
}

/** A limit that is given, checked. */
export function milliseconds(
  name: string,
  value: number | undefined,
): number | undefined {
  if (value === undefined || value > 0) return value;
  throw new RangeError(
    `Cannot use ${name} ${value}: expected milliseconds above 0`,
  );
}
