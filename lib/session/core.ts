import type { ConnectResult } from "../../schema/account.ts";
import { isEvent, type Message } from "../../schema/envelope.ts";
import {
  abortable,
  deadline,
  type Deferred,
  deferred,
  delay,
  ignore,
  LazySignal,
  makeDisposable,
  onAbort,
} from "../async.ts";
import { kindOf } from "../check.ts";
import { shownEvent, shownFailure } from "../protocol/secrets.ts";
import type { CloseInfo } from "../transport/transport.ts";
import { Attachments, closeConnection, whyNot } from "./attachments.ts";
import { Calls, type RequestOptions, type Route } from "./calls.ts";
import {
  endOf,
  gaveUp,
  lost,
  messageOf,
  notConnected,
  sessionClosed,
  sessionMoved,
  slowStep,
} from "./failures.ts";
import { insideOf } from "./handle.ts";
import { Login } from "./login.ts";
import type { Settings } from "./options.ts";
import { ReconnectPolicy } from "./reconnect.ts";
import type {
  CallOptions,
  LifecycleEvent,
  OpenOptions,
  Restorer,
  Session,
  SessionEnd,
  SessionListener,
} from "./session.ts";
import { connectionOf, IDLE, routeOf, transition } from "./state.ts";

/** What an attempt follows: an object, since `undefined` can be thrown, too. */
type Failure = { readonly reason: unknown } | undefined;

/** The state of a session and what drives it; callers hold only its handle. */
export class SessionCore implements Session {
  settings: Settings;
  /** What the server holds for the connection. */
  readonly attachments: Attachments = new Attachments();
  /** Receive every event, in order of arrival. */
  readonly listeners: Set<SessionListener> = new Set();
  /** Aborts when `close` is called, and with the session at the latest. */
  readonly closing: LazySignal = new LazySignal();
  /** Run on every new connection after its login. */
  readonly restorers: Set<Restorer> = new Set();
  /** Receive what happens to the connection. */
  readonly observers: Set<(event: LifecycleEvent) => void> = new Set();
  /** Send a request; see {@linkcode Calls.request}. */
  request: Calls["request"];
  /** Wait for a connection; see {@linkcode Calls.untilConnected}. */
  readonly untilConnected: Calls["untilConnected"];
  /** Whether payload must wait; see {@linkcode Calls.isFull}. */
  readonly isFull: Calls["isFull"];
  uri: string;
  identity: ConnectResult | undefined;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #calls: Calls;
  readonly #policy: ReconnectPolicy;
  readonly #login: Login = new Login();
  readonly #lifetime: LazySignal = new LazySignal();
  readonly #closed: Deferred<SessionEnd> = deferred();
  readonly closed: Promise<SessionEnd> = this.#closed.promise;
  #state = IDLE;
  /** The attempt, or the delay before one, that is in progress. */
  #attempt: AbortController | undefined;
  /** The latest `open`; earlier ones stop. */
  #run: object | undefined;
  #end: Promise<void> | undefined;

  constructor(settings: Settings) {
    const { clock, random, reconnect } = settings;
    this.settings = settings;
    this.uri = settings.url.href;
    this.#policy = new ReconnectPolicy(clock, random, reconnect);
    const calls = this.#calls = new Calls({
      settings: () => this.settings,
      route: (options) => this.#route(options),
      refusal: () => this.#refusal(),
    });
    this.request = calls.request.bind(calls);
    this.untilConnected = calls.untilConnected.bind(calls);
    this.isFull = calls.isFull.bind(calls);
    makeDisposable(this, () => this.close());
  }

  get signal(): AbortSignal {
    return this.#lifetime.signal;
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
    const { drop, signal } = options;
    const end = clock.now() + maxRetryTime;
    let failure: Failure = drop && { reason: drop };
    let { old } = options;
    if (persist) this.#calls.hold();
    for (;;) {
      let isLast = !persist;
      const attempt = this.#attempt = new AbortController();
      const detach = onAbort(signal, (reason) => attempt.abort(reason));
      try {
        if (this.#lifetime.aborted) throw this.signal.reason;
        attempt.signal.throwIfAborted();
        if (failure) {
          const { reason } = failure;
          const ms = this.#policy.nextDelay(reason, end - clock.now());
          const { failures } = this.#policy;
          this.#emit({ type: "reconnecting", delay: ms, attempt: failures });
          await delay(clock, ms, attempt.signal);
          isLast ||= clock.now() >= end;
          if (isLast) throw gaveUp(maxRetryTime, reason);
        }
        return await this.#connect({ ...options, old }, failure, attempt);
      } catch (error) {
        if (run !== this.#run) throw error;
        const over = signal?.aborted || this.#lifetime.aborted;
        const offline = this.#login.wasOffline(error);
        isLast ||= over || !this.#policy.shouldReconnect(error, offline);
        const event = { message: messageOf(error), error, final: isLast };
        if (!over) this.#emit({ type: "connect-error", ...event });
        // An observer may have closed or moved the session, here and below.
        if (run !== this.#run) throw error;
        if (isLast) {
          await this.#finish(endOf(error), error);
          throw error;
        }
        failure = { reason: error };
        old = undefined;
        const unfinished = connectionOf(this.#state);
        this.#step({ type: "dropped", epoch: this.#state.epoch });
        this.#drop(() => error);
        await closeConnection(clock, unfinished);
        if (run !== this.#run) throw error;
      } finally {
        detach();
        if (attempt === this.#attempt) this.#attempt = undefined;
      }
    }
  }

  /** Free what the server holds, and close within the grace time. */
  close(grace?: number): Promise<void> {
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
    this.identity = undefined;
    this.#attempt?.abort(moved);
    this.#step({ type: "move" });
    // A session that persists goes on when the caller stops waiting.
    const opening = settings.persist
      ? abortable(this.open({ timeout, old }), signal)
      : this.open({ ...options, old });
    this.#disconnected(moved.message, false);
    if (this.#state.phase !== "moving") this.#drop(() => moved);
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
    const { phase } = this.#state;
    return phase === "closing" ? sessionClosed(false) : notConnected();
  }

  /**
   * One attempt: get a credential, open a connection, log in, restore. All
   * steps share one deadline, which aborts the attempt.
   */
  async #connect(
    { login = true, old, timeout }: OpenOptions,
    failure: Failure,
    attempt: AbortController,
  ): Promise<void> {
    const { settings } = this;
    const { clock, secrets, transport, url } = settings;
    const { signal } = attempt;
    if (this.#state.phase === "moving") {
      await abortable(this.attachments.free(clock, sessionMoved), signal);
      signal.throwIfAborted(); // a later attempt may have connected
      this.#drop(sessionMoved);
    }
    const { epoch } = this.#step({ type: "connect" });
    if (old) await closeConnection(clock, old);
    signal.throwIfAborted();
    const limit = timeout ?? settings.connectTimeout;
    let step = "get a credential for";
    let account: ConnectResult | undefined;
    const cancel = deadline(clock, limit, () => {
      attempt.abort(slowStep(step, url, limit));
    });
    try {
      // First the credential: servers have few places for connections that are
      // not logged in (lib/protocol/README.md#limits).
      const context = {
        attempt: failure ? this.#policy.failures : 0,
        reason: failure?.reason,
        signal,
      };
      const credential = login &&
        await this.#login.credential(settings, this.identity, context);
      signal.throwIfAborted();
      step = "connect to";
      const dial = transport.dial(url, {
        onMessage: (message) => this.#receive(message, epoch),
        onClose: (info) => this.#dropped(info, epoch),
        onUnanswered: (seq, error) =>
          epoch === this.#state.epoch && this.#calls.fail(seq, error),
      }, { signal, timeout: limit, clock, redact: secrets.hide });
      const connection = await (failure ? dial : whyNot(dial, signal, clock));
      if (signal.aborted) {
        await closeConnection(clock, connection);
        throw signal.reason;
      }
      this.#step({ type: "opened", epoch, connection });
      this.uri = connection.uri;
      if (credential) {
        step = "log in at";
        const send = this.request;
        account = await this.#login.run(settings, credential, signal, send);
        signal.throwIfAborted();
        step = "restore a session at";
        // Side by side; their errors are ignored.
        const jobs = [...this.restorers].map(async (it) => await it(signal));
        if (jobs.length) await abortable(Promise.allSettled(jobs), signal);
        signal.throwIfAborted();
      }
    } finally {
      cancel();
    }
    if (login) this.identity = account;
    this.#attempt = undefined;
    this.#step({ type: "authenticated", epoch });
    if (login) {
      this.#policy.connected();
      const info = { connected: true, transport: transport.name };
      this.#emit({ type: "connected", info: { ...info, uri: this.uri } });
    }
    if (this.ready) this.#calls.release();
  }

  #receive(message: Message, epoch: number): void {
    if (epoch !== this.#state.epoch) return;
    const { secrets } = this.settings;
    if (message.type === "response") {
      this.#calls.settle(
        message.success === false ? shownFailure(message, secrets) : message,
      );
    } else if (isEvent(message)) {
      const event = shownEvent(message, secrets);
      for (const listener of this.listeners) listener(event);
    }
  }

  #dropped(closed: CloseInfo, epoch: number): void {
    const { phase } = this.#state;
    // Ignore closes that the client initiated.
    const over = phase === "ended" || phase === "idle";
    if (epoch !== this.#state.epoch || over) return;
    const { persist, secrets } = this.settings;
    const info = { ...closed, reason: secrets.hide(closed.reason) };
    this.#step({ type: "dropped", epoch });
    const failure = lost(info);
    // There is nothing left to free; the move goes on.
    if (phase === "moving") return this.#drop(() => failure);
    // A refused login may have arrived in the same packet as the close.
    if (this.#attempt) return this.#attempt.abort(failure);
    const run = this.#run;
    const closing = phase === "closing";
    if (persist) this.#calls.hold();
    this.#disconnected(info.reason || failure.message, !closing);
    if (run !== this.#run || this.#lifetime.aborted) return;
    if (closing || !persist || !this.#policy.shouldReconnect(failure)) {
      // A close while closing is expected.
      this.#finish(info, closing ? undefined : failure).catch(ignore);
      return;
    }
    this.#drop(() => failure);
    this.open({ drop: failure }).catch(ignore);
  }

  async #close(grace?: number): Promise<void> {
    const { phase } = this.#state;
    if (phase === "moving") {
      this.#run = undefined;
      this.#attempt?.abort(sessionClosed());
    }
    this.#step({ type: "close" });
    this.#calls.rejectQueued(() => sessionClosed(false));
    this.closing.abort(sessionClosed);
    if (phase === "ready" || phase === "moving") {
      await this.attachments.free(this.settings.clock, this.#closure, grace);
    }
    // Synchronously if nothing is freed: a connection may open in a later turn.
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    const before = this.#state;
    if (this.#lifetime.aborted) return;
    this.#step({ type: "end" });
    const clean = error === undefined;
    const failure = (): unknown => error ?? this.#closure();
    this.#disconnected(info.reason, !clean);
    this.#calls.rejectQueued(() => error ?? sessionClosed(false));
    this.closing.abort(() => error ?? sessionClosed());
    this.#drop(failure);
    this.listeners.clear();
    this.#attempt?.abort(failure());
    this.#lifetime.abort(failure);
    await closeConnection(this.settings.clock, connectionOf(before));
    const end = { clean, code: info.code, reason: info.reason };
    this.#closed.resolve(end);
    this.#emit({ type: "ended", end });
    this.observers.clear();
  }

  /** Why the client closes; made when it is needed: stacks are expensive. */
  #closure = (): unknown => this.closing.signal.reason;

  /** Fail everything that relied on the connection. */
  #drop(reason: () => unknown): void {
    this.#calls.failAll(reason);
    this.attachments.lose(reason);
  }

  /** The session is not connected any more, if it was. */
  #disconnected(reason: string, hasError: boolean): void {
    if (!this.#policy.disconnected()) return;
    this.#emit({ type: "disconnected", reason, hasError });
  }

  #emit(event: LifecycleEvent): void {
    for (const observer of this.observers) observer(event);
  }

  #step(input: Parameters<typeof transition>[1]): typeof IDLE {
    const state = this.#state = transition(this.#state, input);
    this.#calls.ready = state.phase === "ready" ? state : undefined;
    return state;
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
    `Expected a session made by connect(), not ${kindOf(session)}`,
  );
}
