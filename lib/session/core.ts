import type { ConnectResult } from "../../schema/account.ts";
import { isEvent, type Message } from "../../schema/envelope.ts";
import {
  abortable,
  deadline,
  type Deferred,
  deferred,
  delay,
  follow,
  ignore,
  LazySignal,
  makeDisposable,
  within,
} from "../async.ts";
import { kindOf } from "../check.ts";
import { shownEvent, shownFailure } from "../protocol/secrets.ts";
import {
  closeInfoOf,
  connectionLost,
  messageOf,
  retriesExhausted,
  sessionClosed,
  sessionMoved,
  timeoutError,
} from "../transport/failures.ts";
import type { CloseInfo, Connection } from "../transport/transport.ts";
import { VERSION } from "../version.ts";
import {
  type Attachment,
  CLOSE_GRACE_MS,
  loseAll,
  releaseAll,
} from "./attachments.ts";
import { Attempts, type Failure, withExplanation } from "./attempts.ts";
import { Calls } from "./calls.ts";
import { insideOf } from "./handle.ts";
import type { Settings } from "./options.ts";
import type {
  CallOptions,
  ConnectionInfo,
  LifecycleEvent,
  OpenOptions,
  Restorer,
  Session,
  SessionEnd,
  SessionListener,
} from "./session.ts";

/** The state of a session and what drives it; callers hold only its handle. */
export class SessionCore extends Calls<Settings> implements Session {
  /** What the server holds for the connection. */
  readonly attachments: Set<Attachment> = new Set();
  /** The last place in the order in which things are asked for. */
  order = 0;
  /** Receive every event, in order of arrival. */
  readonly listeners: Set<SessionListener> = new Set();
  /** Run on every new connection after its login. */
  readonly restorers: Set<Restorer> = new Set();
  /** Receive what happens to the connection. */
  readonly observers: Set<(event: LifecycleEvent) => void> = new Set();
  uri: string;
  identity: ConnectResult | undefined;
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #attempts: Attempts;
  readonly #lifetime: LazySignal = new LazySignal();
  readonly #closed: Deferred<SessionEnd> = deferred();
  readonly closed: Promise<SessionEnd> = this.#closed.promise;
  /** The latest `open`; earlier ones stop, and all with the session. */
  #run: object | undefined;
  #end: Promise<void> | undefined;

  constructor(settings: Settings) {
    super(settings);
    this.uri = settings.url.href;
    this.#attempts = new Attempts(settings);
    makeDisposable(this, () => this.close());
  }

  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** How the session is connected. */
  get info(): ConnectionInfo {
    const transport = this.settings.transport.name;
    return { connected: this.ready, transport, uri: this.uri };
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
    for (;;) {
      let isLast = !persist;
      const attempt = this.attempt = new AbortController();
      const detach = follow(attempt, signal);
      try {
        attempt.signal.throwIfAborted();
        if (failure) {
          const { reason } = failure;
          const ms = this.#attempts.nextDelay(reason, end - clock.now());
          const { failures } = this.#attempts;
          this.#emit({ type: "reconnecting", delay: ms, attempt: failures });
          await delay(clock, ms, attempt.signal);
          isLast ||= clock.now() >= end;
          if (isLast) throw retriesExhausted(maxRetryTime, reason);
        }
        return await this.#connect(options, failure, attempt);
      } catch (thrown) {
        const check = (): void => {
          if (run === this.#run) return;
          throw this.closing.aborted ? this.#reason() : thrown;
        };
        check();
        const final = isLast || signal?.aborted
          ? { reason: thrown }
          : this.#attempts.finalFailure(thrown);
        const error = final ? final.reason : thrown;
        const event = { message: messageOf(error), error, final: !!final };
        if (!signal?.aborted) this.#emit({ type: "connect-error", ...event });
        // An observer may have closed or moved the session, here and below.
        check();
        if (final) {
          await this.#finish(closeInfoOf(error), error);
          throw error;
        }
        failure = { reason: error };
        const connectionClosed = this.#closeConnection();
        this.#failPending(() => error);
        await connectionClosed;
        check();
      } finally {
        detach();
        if (attempt === this.attempt) this.attempt = undefined;
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
    if (this.closing.aborted) throw this.refusal();
    const moved = sessionMoved();
    this.settings = settings;
    this.identity = undefined;
    this.attempt?.abort(moved);
    if (this.ready) this.phase = "leaving";
    // A session that persists goes on when the caller stops waiting.
    const opening = settings.persist
      ? abortable(this.open({ timeout }), signal)
      : this.open(options);
    this.#disconnected(moved.message, false);
    await opening;
  }

  /**
   * One attempt: get a credential, open a connection, log in, restore. All
   * steps share one deadline, which aborts the attempt.
   */
  async #connect(
    { login = true, timeout }: OpenOptions,
    failure: Failure,
    attempt: AbortController,
  ): Promise<void> {
    const { settings } = this;
    const { clock, secrets, transport, url } = settings;
    const { signal } = attempt;
    if (this.phase === "leaving") {
      await abortable(
        releaseAll(this.attachments, clock, sessionMoved),
        signal,
      );
      signal.throwIfAborted(); // a later attempt may have connected
      this.#failPending(sessionMoved);
    }
    const connectionClosed = this.#closeConnection();
    const { epoch } = this;
    if (connectionClosed) await connectionClosed;
    signal.throwIfAborted();
    const limit = timeout ?? settings.connectTimeout;
    let step = "get a credential for";
    let account: ConnectResult | undefined;
    const cancel = deadline(clock, limit, () => {
      const what = `Cannot ${step} "${url.href}": no answer`;
      attempt.abort(timeoutError(what, limit));
    });
    try {
      // First the credential: servers have few places for connections that are
      // not logged in (lib/protocol/README.md#limits).
      const credential = login
        ? await this.#attempts.credential(
          settings,
          this.identity,
          failure,
          signal,
        )
        : "";
      signal.throwIfAborted();
      step = "connect to";
      const dial = transport.dial(url, {
        onMessage: (message) => this.#receive(message, epoch),
        onClose: (info) => this.#onClose(info, epoch),
        onUnanswered: (seq, error) =>
          epoch === this.epoch && this.fail(seq, error),
      }, { signal, timeout: limit, clock, redact: secrets.hide });
      // Not for later attempts: each would be two requests.
      const connection =
        await (failure ? dial : withExplanation(dial, signal, clock));
      if (signal.aborted) {
        await this.#closeConnection(connection);
        throw signal.reason;
      }
      this.connection = connection;
      this.uri = connection.uri;
      if (login) {
        step = "log in at";
        const response = await this.request({
          command: "auth",
          arguments: {
            auth: credential,
            clientName: settings.module,
            clientVersion: VERSION,
          },
        }, { signal, timeout: Infinity });
        account = this.#attempts.account(response, settings, credential);
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
    this.identity = account;
    this.attempt = undefined;
    this.phase = "ready";
    this.#attempts.connected();
    this.#emit({ type: "connected", info: this.info });
    if (this.ready) this.release();
  }

  #receive(message: Message, epoch: number): void {
    if (epoch !== this.epoch) return;
    const { secrets } = this.settings;
    if (message.type === "response") {
      this.settle(
        message.success === false ? shownFailure(message, secrets) : message,
      );
    } else if (isEvent(message)) {
      const event = shownEvent(message, secrets);
      for (const listener of this.listeners) listener(event);
    }
  }

  /** The connection has ended by itself. */
  #onClose(closed: CloseInfo, epoch: number): void {
    if (epoch !== this.epoch) return;
    const { attempt, phase, settings } = this;
    const reason = settings.secrets.hide(closed.reason);
    const info = { ...closed, reason };
    const failure = connectionLost(info);
    const isClosing = this.closing.aborted;
    this.#detachConnection();
    // There is nothing left to free; the move goes on.
    if (phase === "leaving" && !isClosing) {
      return this.#failPending(() => failure);
    }
    // A refused login may have arrived in the same packet as the close.
    if (attempt) return attempt.abort(failure);
    const run = this.#run;
    this.#disconnected(reason || failure.message, !isClosing);
    if (!isClosing) this.#failPending(() => failure);
    // An observer may have closed or moved the session, and so may
    // `shouldReconnect`.
    if (run !== this.#run) return;
    const final = isClosing || !settings.persist
      ? { reason: failure }
      : this.#attempts.finalFailure(failure);
    if (run !== this.#run) return;
    const next = final
      // A close while closing is expected.
      ? this.#finish(info, isClosing ? undefined : final.reason)
      : this.open({ drop: failure });
    next.catch(ignore);
  }

  async #close(grace?: number): Promise<void> {
    if (this.closing.aborted) return;
    if (this.ready) this.phase = "leaving";
    this.#stop();
    // Synchronously if nothing is freed: a connection may open in a later turn.
    if (this.phase === "leaving") {
      await releaseAll(
        this.attachments,
        this.settings.clock,
        this.#reason,
        grace,
      );
    }
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    if (this.#lifetime.aborted) return;
    const connectionClosed = this.#closeConnection();
    const { code, reason } = info;
    const end = { clean: error === undefined, code, reason };
    this.#stop(error);
    this.#disconnected(reason, !end.clean);
    this.#failPending(this.#reason);
    this.listeners.clear();
    this.#lifetime.abort(this.#reason);
    await connectionClosed;
    this.#closed.resolve(end);
    this.#emit({ type: "ended", end });
    this.observers.clear();
  }

  /** Begin the end: no attempt goes on, and no call leaves any more. */
  #stop(error?: unknown): void {
    this.#run = undefined;
    this.rejectQueued(() => error ?? sessionClosed(false));
    this.closing.abort(() => error ?? sessionClosed());
    this.attempt?.abort(this.#reason());
  }

  /** Why the session ends; made when it is needed: stacks are expensive. */
  #reason = (): unknown => this.closing.signal.reason;

  /** Give up the connection, if there is one; what it reports is ignored. */
  #detachConnection(): Connection | undefined {
    const { connection } = this;
    this.connection = undefined;
    this.phase = "connecting";
    this.epoch++;
    return connection;
  }

  /** Close the connection, if there is one, but wait for no silent peer. */
  #closeConnection(
    connection = this.#detachConnection(),
  ): Promise<void> | undefined {
    const { clock } = this.settings;
    // A transport of the caller's may throw instead of rejecting.
    const close = async (): Promise<void> => await connection?.close(1000, "");
    return connection && within(clock, CLOSE_GRACE_MS, close());
  }

  /** Fail everything that relied on the connection. */
  #failPending(reason: () => unknown): void {
    this.failAll(reason);
    loseAll(this.attachments, reason);
  }

  /** The session is not connected any more, if it was. */
  #disconnected(reason: string, hasError: boolean): void {
    if (!this.#attempts.disconnected()) return;
    this.#emit({ type: "disconnected", reason, hasError });
  }

  #emit(event: LifecycleEvent): void {
    for (const observer of this.observers) observer(event);
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
