import type { ConnectResult } from "../../schema/account.ts";
import { isEvent, isResponse, type Message } from "../../schema/envelope.ts";
import {
  abortable,
  type Deferred,
  deferred,
  delay,
  follow,
  ignore,
  makeDisposable,
  type MaybeSignal,
} from "../async.ts";
import { awaited } from "../check.ts";
import type { CloseInfo } from "../transport/transport.ts";
import { Attachments, CLOSE_GRACE_MS } from "./attachments.ts";
import {
  type AttemptHost,
  type AttemptOptions,
  attemptToConnect,
  closeConnection,
  type OpenOptions,
} from "./attempt.ts";
import { Calls, type RequestOptions, type Route } from "./calls.ts";
import {
  endOf,
  gaveUp,
  lost,
  notConnected,
  sessionClosed,
  sessionMoved,
} from "./failures.ts";
import { insideOf } from "./handle.ts";
import { Login } from "./login.ts";
import type { Settings } from "./options.ts";
import { Observers } from "./observers.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import type {
  CallOptions,
  Restorer,
  Session,
  SessionEnd,
  SessionListener,
} from "./session.ts";
import { shown, shownClose } from "./shown.ts";
import { connectionOf, IDLE, routeOf, transition } from "./state.ts";

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
  readonly observers: Observers;
  /** Send a request; see {@linkcode Calls.request}. */
  request: Calls["request"];
  /** Wait for a connection; see {@linkcode Calls.untilConnected}. */
  readonly untilConnected: Calls["untilConnected"];
  readonly #calls: Calls;
  readonly #policy: ReconnectPolicy;
  readonly #login: Login = new Login();
  readonly #lifetime: AbortController = new AbortController();
  readonly #closing: AbortController = new AbortController();
  readonly #closed: Deferred<SessionEnd> = deferred();
  #state = IDLE;
  #identity: ConnectResult | undefined;
  #uri: string;
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
    this.observers = new Observers(this.#policy);
    const calls = this.#calls = new Calls({
      settings: () => this.settings,
      route: (options) => this.#route(options),
      refusal: () => this.#refusal(),
    });
    this.request = calls.request.bind(calls);
    this.untilConnected = calls.untilConnected.bind(calls);
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
        const opening = { ...options, old };
        return await this.#interruptible(
          signal,
          (attempt) => this.#connect(opening, context, attempt),
        );
      } catch (error) {
        if (run !== this.#run) throw error;
        const over = signal?.aborted || this.signal.aborted;
        const offline = this.#login.wasOffline(error);
        const again = !over && persist &&
          this.#policy.shouldReconnect(error, offline);
        if (!over) this.observers.failed(error, !again);
        // An observer may have closed or moved the session, here and below.
        if (run !== this.#run) throw error;
        if (!again) {
          await this.#finish(endOf(error), error);
          throw error;
        }
        failed = true;
        reason = error;
        old = undefined;
        const unfinished = connectionOf(this.#state);
        this.#step({ type: "dropped", epoch: this.#state.epoch });
        this.#drop(error);
        await closeConnection(clock, unfinished);
      }
    }
    const error = gaveUp(maxRetryTime, reason);
    this.observers.failed(error, true);
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
    this.observers.disconnected(moved.message, false);
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

  /** Run a step that the caller, the end and a later `open` can abort. */
  async #interruptible(
    signal: MaybeSignal,
    run: (attempt: AbortController) => Promise<void>,
  ): Promise<void> {
    const attempt = this.#attempt = new AbortController();
    const detach = follow(attempt, this.signal, signal);
    try {
      attempt.signal.throwIfAborted();
      await run(attempt);
    } finally {
      detach();
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** Wait before the next attempt, at most until a moment. */
  #delay(reason: unknown, end: number, signal: MaybeSignal): Promise<void> {
    const { clock } = this.settings;
    return this.#interruptible(signal, async (attempt) => {
      const ms = this.#policy.nextDelay(reason, end - clock.now());
      this.observers.reconnecting(ms);
      await delay(clock, ms, attempt.signal);
    });
  }

  /** Make one attempt. */
  async #connect(
    { login = true, old, timeout }: OpenOptions,
    context: AttemptOptions["context"],
    attempt: AbortController,
  ): Promise<void> {
    const { clock, connectTimeout, secrets } = this.settings;
    const { signal } = attempt;
    if (this.#state.phase === "moving") {
      await this.attachments.leave(clock, sessionMoved(), signal);
      this.#drop(sessionMoved());
    }
    const { epoch } = this.#step({ type: "connect" });
    await closeConnection(clock, old);
    signal.throwIfAborted();
    const host: AttemptHost = {
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
    };
    const limit = timeout ?? connectTimeout;
    const identity = await attemptToConnect(host, attempt, { limit, context });
    signal.throwIfAborted();
    if (login) this.#identity = identity;
    this.#attempt = undefined;
    this.#connected(epoch, login);
  }

  /** Calls can be made from here on. */
  #connected(epoch: number, login: boolean): void {
    this.#step({ type: "authenticated", epoch });
    const { name: transport } = this.settings.transport;
    const info = { connected: true, transport, uri: this.#uri };
    if (login) this.observers.connected(info);
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
    this.observers.disconnected(info.reason || failure.message, !closing);
    if (run !== this.#run || this.signal.aborted) return;
    if (closing || !persist || !this.#policy.shouldReconnect(failure)) {
      // A close while closing is expected.
      this.#finish(info, closing ? undefined : failure).catch(ignore);
      return;
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
    this.observers.disconnected(info.reason, !clean);
    this.#calls.rejectQueued(error ?? sessionClosed(false));
    this.#closing.abort(failure);
    this.#drop(failure);
    this.listeners.clear();
    this.#lifetime.abort(failure);
    await closeConnection(this.settings.clock, connectionOf(before));
    const end = { clean, code: info.code, reason: info.reason };
    this.#closed.resolve(end);
    this.observers.ended(end);
  }

  /** Fail everything that relied on the connection. */
  #drop(reason: unknown): void {
    this.#calls.failAll(reason);
    this.attachments.lose(reason);
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
  const hint = awaited(session);
  throw new TypeError(`Expected a session made by connect()${hint}`);
}
