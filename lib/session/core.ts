import type { ConnectResult } from "../../schema/account.ts";
import {
  isEvent,
  isResponse,
  type Message,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import {
  abortable,
  type Deferred,
  deferred,
  follow,
  ignore,
  makeDisposable,
} from "../async.ts";
import { awaited } from "../check.ts";
import type { CloseInfo, Connection } from "../transport/transport.ts";
import { Attachments, CLOSE_GRACE_MS } from "./attachments.ts";
import { attemptToConnect, closeConnection } from "./attempt.ts";
import {
  Calls,
  type Request,
  type RequestOptions,
  type Route,
} from "./calls.ts";
import {
  endOf,
  gaveUp,
  lost,
  messageOf,
  notConnected,
  sessionClosed,
  sessionMoved,
} from "./failures.ts";
import { insideOf } from "./handle.ts";
import { Login } from "./login.ts";
import type { AuthContext, Settings } from "./options.ts";
import { pause, ReconnectPolicy } from "./reconnect.ts";
import type {
  CallOptions,
  LifecycleEvent,
  Restorer,
  Session,
  SessionEnd,
  SessionListener,
} from "./session.ts";
import { shown, shownClose } from "./shown.ts";
import { connectionOf, IDLE, routeOf, transition } from "./state.ts";

/** How a session is connected. */
export interface OpenOptions extends CallOptions {
  /** Whether to log in. @default {true} */
  readonly login?: boolean | undefined;
  /** The connection that is to be closed first. */
  readonly old?: Connection | undefined;
  /** Why the last connection was lost; a delay then precedes the attempt. */
  readonly drop?: Error | undefined;
}

/** One attempt to connect. */
interface Attempt extends Pick<OpenOptions, "login" | "old" | "timeout"> {
  /** What a credential function receives. */
  readonly context: Pick<AuthContext, "attempt" | "reason">;
}

/**
 * The state of a session and everything that drives it. Callers hold only
 * its handle; the functions of the library get it by `coreOf`.
 */
export class SessionCore implements Session {
  settings: Settings;
  /** What the server holds for the connection. */
  readonly attachments: Attachments = new Attachments();
  /** Receive every event, in order of arrival. */
  readonly listeners: Set<SessionListener> = new Set();
  /** Run on every new connection after its login. */
  readonly restorers: Set<Restorer> = new Set();
  /** Receive what happens to the connection. */
  readonly observers: Set<(event: LifecycleEvent) => void> = new Set();
  readonly #calls: Calls;
  readonly #policy: ReconnectPolicy;
  readonly #login: Login = new Login();
  readonly #lifetime: AbortController = new AbortController();
  readonly #closing: AbortController = new AbortController();
  readonly #closed: Deferred<SessionEnd> = deferred();
  #state = IDLE;
  #identity: ConnectResult | undefined;
  #uri: string;
  /** Whether `connected` was emitted last. */
  #isUp = false;
  /** The attempt, or the delay before one, that is in progress. */
  #attempt: AbortController | undefined;
  /** The latest `open`; earlier ones stop. */
  #run: object | undefined;
  #end: Promise<void> | undefined;

  constructor(settings: Settings) {
    const { clock, random, reconnect } = settings;
    this.settings = settings;
    this.#uri = settings.url.href;
    this.#policy = new ReconnectPolicy(clock, random, reconnect);
    this.#calls = new Calls({
      settings: () => this.settings,
      route: (options) => this.#route(options),
      refusal: () => this.#refusal(),
    });
    makeDisposable(this, () => this.close());
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  get uri(): string {
    return this.#uri;
  }

  get identity(): ConnectResult | undefined {
    return this.#identity;
  }

  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Aborts when `close` is called, and with the session at the latest. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  get closed(): Promise<SessionEnd> {
    return this.#closed.promise;
  }

  /** Whether calls can be made. */
  get ready(): boolean {
    return this.#state.phase === "ready";
  }

  /** The number of the open connection, if there is one. */
  get line(): number | undefined {
    return connectionOf(this.#state) && this.#state.epoch;
  }

  /** Send a request; see {@linkcode Calls.request}. */
  request(
    request: Request,
    options: RequestOptions = {},
  ): Promise<ResponseMessage> {
    return this.#calls.request(request, options);
  }

  /** Wait for a connection; see {@linkcode Calls.untilConnected}. */
  untilConnected(command: string, options: RequestOptions): Promise<number> {
    return this.#calls.untilConnected(command, options);
  }

  /**
   * Connect and log in, once or, with `persist`, until it succeeds. Afterwards
   * the session is connected, or has ended. The caller's signal, the end of
   * the session and a later `open` stop it.
   */
  async open(options: OpenOptions = {}): Promise<void> {
    const run = this.#run = {};
    const { clock, maxRetryTime, persist } = this.settings;
    const { signal } = options;
    const started = clock.now();
    // A flag, since a credential function may throw `undefined`.
    let failed = options.drop !== undefined;
    let reason: unknown = options.drop;
    let { old } = options;
    if (persist) this.#calls.hold();
    for (;;) {
      try {
        if (failed) {
          await this.#delay(reason, started + maxRetryTime, signal);
          if (run !== this.#run) throw reason;
          if (clock.now() - started >= maxRetryTime) break;
        }
        const attempt = failed ? this.#policy.failures : 0;
        const context = { attempt, reason };
        return await this.#connect({ ...options, old, context });
      } catch (error) {
        if (run !== this.#run) throw error;
        const over = signal?.aborted || this.signal.aborted;
        const again = !over && persist &&
          this.#policy.shouldReconnect(error, this.#login.wasOffline(error));
        if (!over) this.#emitError(error, !again);
        // An observer may have closed or moved the session, here and below.
        if (run !== this.#run) throw error;
        if (!again) {
          await this.#finish(endOf(error), error);
          throw error;
        }
        failed = true;
        reason = error;
        old = undefined;
        await this.#abandon(error);
      }
    }
    const error = gaveUp(maxRetryTime, reason);
    this.#emitError(error, true);
    if (run === this.#run) await this.#finish(endOf(error), error);
    throw error;
  }

  /** Free what the server holds, and close within the grace time. */
  close(grace: number = CLOSE_GRACE_MS): Promise<void> {
    return this.#end ??= this.#close(grace);
  }

  /** Close the connection, keep the session, connect with other settings. */
  async move(settings: Settings, options: CallOptions): Promise<void> {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    const { phase } = this.#state;
    if (phase === "closing" || phase === "ended") throw this.#refusal();
    const old = connectionOf(this.#state);
    const moved = sessionMoved();
    this.settings = settings;
    this.#identity = undefined;
    this.#attempt?.abort(moved);
    this.#step({ type: "move" });
    // A session that persists goes on when the caller stops waiting.
    const opening = settings.persist
      ? abortable(this.open({ timeout, old }), signal)
      : this.open({ ...options, old });
    this.#disconnected(moved.message, false);
    if (this.#state.phase !== "moving") this.#drop(moved);
    await opening;
  }

  #route(options: RequestOptions): Route {
    const { line, signal, frees = false } = options;
    const own = !!signal && signal === this.#attempt?.signal;
    const elsewhere = line !== undefined && line !== this.#state.epoch;
    return {
      connection: elsewhere ? undefined : routeOf(this.#state, own, frees),
      line: this.#state.epoch,
      mayWait: !own && !frees && line === undefined,
    };
  }

  #refusal(): Error {
    return this.#state.phase === "closing"
      ? sessionClosed(false)
      : notConnected();
  }

  /** Wait before the next attempt, but not beyond the time for all of them. */
  async #delay(
    reason: unknown,
    end: number,
    signal: AbortSignal | null | undefined,
  ): Promise<void> {
    this.signal.throwIfAborted();
    const { clock } = this.settings;
    const attempt = this.#attempt = new AbortController();
    const delayMs = this.#policy.nextDelay(reason, end - clock.now());
    this.#emit({
      type: "reconnecting",
      delayMs,
      attempt: this.#policy.failures,
    });
    try {
      await pause(clock, delayMs, [signal, this.signal, attempt.signal]);
    } finally {
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** Make one attempt. */
  async #connect(options: Attempt & CallOptions): Promise<void> {
    const { clock, connectTimeout, secrets } = this.settings;
    const { context, login = true, timeout: limit = connectTimeout } = options;
    const attempt = this.#attempt = new AbortController();
    const { signal } = attempt;
    const detach = follow(attempt, options.signal, this.signal);
    try {
      if (this.#state.phase === "moving") {
        await this.attachments.leave(clock, sessionMoved(), signal);
        this.#drop(sessionMoved());
      }
      const { epoch } = this.#step({ type: "connect" });
      await closeConnection(clock, options.old);
      signal.throwIfAborted();
      const identity = await attemptToConnect(
        {
          settings: this.settings,
          identity: this.#identity,
          login: login ? this.#login : undefined,
          restorers: this.restorers,
          handlers: {
            onMessage: (it) => this.#receive(shown(it, secrets), epoch),
            onClose: (it) => this.#dropped(shownClose(it, secrets), epoch),
            onUnanswered: (seq, error) => {
              if (epoch === this.#state.epoch) this.#calls.fail(seq, error);
            },
          },
          opened: (connection) => {
            this.#step({ type: "opened", epoch, connection });
            this.#uri = connection.uri;
          },
          send: (...args) => this.request(...args),
        },
        attempt,
        { limit, context },
      );
      signal.throwIfAborted();
      if (login) this.#identity = identity;
      this.#attempt = undefined;
      this.#connected(epoch, login);
    } finally {
      detach();
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** Calls can be made from here on. */
  #connected(epoch: number, login: boolean): void {
    this.#step({ type: "authenticated", epoch });
    if (login) {
      this.#isUp = true;
      this.#policy.connected();
      const { name: transport } = this.settings.transport;
      const info = { connected: true, transport, uri: this.#uri };
      this.#emit({ type: "connected", info });
    }
    if (this.ready) this.#calls.release();
  }

  #receive(message: Message, epoch: number): void {
    if (epoch !== this.#state.epoch) return;
    if (isResponse(message)) this.#calls.settle(message);
    else if (isEvent(message)) {
      for (const listener of this.listeners) listener(message);
    }
  }

  #dropped(info: CloseInfo, epoch: number): void {
    const { phase } = this.#state;
    // Ignore closes that the client initiated.
    const over = phase === "ended" || phase === "idle";
    if (epoch !== this.#state.epoch || over) return;
    this.#step({ type: "dropped", epoch });
    const failure = lost(info);
    // There is nothing left to free; the move goes on.
    if (phase === "moving") return this.#drop(failure);
    // A refused login may have arrived in the same packet as the close.
    if (this.#attempt) return this.#attempt.abort(failure);
    const run = this.#run;
    const { persist } = this.settings;
    const closing = phase === "closing";
    if (persist) this.#calls.hold();
    this.#disconnected(info.reason || failure.message, !closing);
    if (run !== this.#run || this.signal.aborted) return;
    if (closing || !persist || !this.#policy.shouldReconnect(failure)) {
      // A close while closing is expected.
      const error = closing ? undefined : failure;
      return void this.#finish(info, error).catch(ignore);
    }
    this.#drop(failure);
    this.open({ drop: failure }).catch(ignore);
  }

  async #close(grace: number): Promise<void> {
    const { phase } = this.#state;
    const reason = sessionClosed();
    if (phase === "moving") {
      this.#run = undefined;
      this.#attempt?.abort(reason);
    }
    this.#step({ type: "close" });
    this.#calls.rejectQueued(sessionClosed(false));
    this.#closing.abort(reason);
    if (phase === "ready" || phase === "moving") {
      await this.attachments.free(this.settings.clock, grace, reason);
    }
    // Synchronously if nothing is freed: a connection may open in a later turn.
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    const before = this.#state;
    if (before.phase === "ended" && this.signal.aborted) return;
    this.#step({ type: "end" });
    const clean = error === undefined;
    const failure = error ?? sessionClosed();
    this.#disconnected(info.reason, !clean);
    this.#calls.rejectQueued(error ?? sessionClosed(false));
    this.#closing.abort(failure);
    this.#drop(failure);
    this.listeners.clear();
    this.#lifetime.abort(failure);
    await closeConnection(this.settings.clock, connectionOf(before));
    const end = { clean, code: info.code, reason: info.reason };
    this.#closed.resolve(end);
    this.#emit({ type: "ended", end });
    this.observers.clear();
  }

  /** Close a connection that did not get as far as it should. */
  async #abandon(reason: unknown): Promise<void> {
    const before = this.#state;
    this.#step({ type: "dropped", epoch: before.epoch });
    this.#drop(reason);
    await closeConnection(this.settings.clock, connectionOf(before));
  }

  /** Fail everything that relied on the connection. */
  #drop(reason: unknown): void {
    this.#calls.failAll(reason);
    this.attachments.lose(reason);
  }

  #disconnected(reason: string, hasError: boolean): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#policy.disconnected();
    this.#emit({ type: "disconnected", reason, hasError });
  }

  #emitError(error: unknown, final: boolean): void {
    const message = messageOf(error);
    this.#emit({ type: "connect-error", message, error, final });
  }

  #emit(event: LifecycleEvent): void {
    for (const observer of this.observers) observer(event);
  }

  #step(input: Parameters<typeof transition>[1]): typeof IDLE {
    return this.#state = transition(this.#state, input);
  }
}

/**
 * The inside of a session.
 *
 * @throws {TypeError} The value is not a session.
 */
export function coreOf(session: Session): SessionCore {
  const core = insideOf(session);
  if (core instanceof SessionCore) return core;
  throw new TypeError(
    `Expected a session made by connect()${awaited(session)}`,
  );
}
