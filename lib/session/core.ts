import type { ConnectResult } from "../../schema/account.ts";
import {
  isEvent,
  isResponse,
  type Message,
  type ResponseMessage,
} from "../../schema/envelope.ts";
import { abortable, onAbort } from "../_abort.ts";
import { type Deferred, deferred, ignore } from "../_deferred.ts";
import { makeDisposable } from "../_disposable.ts";
import type { CloseInfo } from "../transport/transport.ts";
import type { LifecycleEvent } from "./lifecycle_event.ts";
import type {
  Attempt,
  Former,
  OpenOptions,
  Request,
  RequestOptions,
} from "./_core_options.ts";
import type { Restorer, SessionListener } from "./attachment.ts";
import { Login } from "./_authenticate.ts";
import { Attachments } from "./_attachments.ts";
import { Calls } from "./_calls.ts";
import { insideOf } from "./_handle.ts";
import { CLOSE_GRACE_MS, hangUp } from "./_hang_up.ts";
import { pause } from "./_pause.ts";
import { stepsWithin } from "./_steps_within.ts";
import { LineHistory } from "./_line_history.ts";
import { restoreAll } from "./_restore.ts";
import { isLeaving, lineOf, refusalIn, routeOf } from "./_route.ts";
import { shown, shownClose } from "./_shown.ts";
import {
  endOf,
  gaveUp,
  lost,
  mayRecover,
  sessionClosed,
  sessionMoved,
} from "./_failures.ts";
import type { Settings } from "./_settings.ts";
import type { CallOptions, Session, SessionEnd } from "./session.ts";
import { IDLE, type SessionState, transition } from "./state.ts";

/**
 * The state of a session and everything that drives it. Callers hold only
 * its handle; the functions of the library reach it by `coreOf`.
 */
export class SessionCore implements Session {
  settings: Settings;
  /** What lives on the line and must end with it. */
  readonly attachments: Attachments = new Attachments();
  /** Who wants to see events, in order of arrival. */
  readonly listeners: Set<SessionListener> = new Set();
  /** What a new line needs after its login, before anything else. */
  readonly restorers: Set<Restorer> = new Set();
  readonly #calls: Calls;
  readonly #lifetime: AbortController = new AbortController();
  readonly #closing: AbortController = new AbortController();
  readonly #closed: Deferred<SessionEnd> = deferred();
  #state: SessionState = IDLE;
  #identity: ConnectResult | undefined;
  #uri: string;
  /** The attempt that is under way; older ones have no say (field F14). */
  #attempt: AbortController | undefined;
  #end: Promise<void> | undefined;
  /** The opening that has a say; a later one takes over. */
  #run: object | undefined;
  readonly #history: LineHistory;
  readonly #login: Login = new Login();

  constructor(settings: Settings) {
    this.settings = settings;
    this.#uri = settings.url.href;
    this.#calls = new Calls({
      settings: () => this.settings,
      routeOf: (options) =>
        routeOf(this.#state, options, this.#attempt?.signal),
      refusal: () => refusalIn(this.#state),
    });
    this.#history = new LineHistory(settings.clock);
    makeDisposable(this, () => this.close());
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  /** Who wants to know what happens to the line. */
  get observers(): Set<(event: LifecycleEvent) => void> {
    return this.#history.observers;
  }

  get uri(): string {
    return this.#uri;
  }

  get identity(): ConnectResult | undefined {
    return this.#identity;
  }

  get signal(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Aborts in the first turn of a close, and with the session at the latest. */
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

  /** The number of the line that is up; what one line means, no other does. */
  get line(): number | undefined {
    return lineOf(this.#state) && this.#state.epoch;
  }

  /**
   * Dial, and log in unless told not to, once or until it works; in the end
   * there is a line, or the session has ended. The user, the end of the
   * session or a later opening give it up.
   */
  async open(
    options: OpenOptions = {},
    { old = null, drop }: Former = {},
  ): Promise<void> {
    const run = this.#run = {};
    const { clock, maxRetryTime, persist } = this.settings;
    const started = clock.now();
    // Whatever a user's function throws is a failure, `undefined` as well.
    let failed = drop !== undefined;
    let reason: unknown = drop;
    let closing = old;
    if (persist) this.#calls.hold();
    for (;;) {
      try {
        if (failed) {
          const left = started + maxRetryTime - clock.now();
          await this.#pause(reason, left, options.signal);
          if (run !== this.#run) throw reason;
          if (clock.now() - started >= maxRetryTime) break;
        }
        const attempt = failed ? this.#history.failures : 0;
        return await this.#attemptOnce({
          ...options,
          old: closing,
          occasion: { attempt, reason },
        });
      } catch (error) {
        if (run !== this.#run) throw error;
        const over = options.signal?.aborted || this.signal.aborted;
        const final = over || !persist ||
          !(mayRecover(error) || this.#login.wasOffline(error));
        if (!over) this.#history.failed(error, final);
        // A callback may have closed or moved the session, here and below.
        if (run !== this.#run) throw error;
        if (final) await this.#finish(endOf(error), error);
        if (final) throw error;
        failed = true;
        reason = error;
        closing = null;
        await this.#hangUp(error);
      }
    }
    const error = gaveUp(maxRetryTime, reason);
    this.#history.failed(error, true);
    if (run === this.#run) await this.#finish(endOf(error), error);
    throw error;
  }

  /** Free what the engine holds, and close within the grace time. */
  close(graceMs: number = CLOSE_GRACE_MS): Promise<void> {
    this.#end ??= this.#close(graceMs);
    return this.#end;
  }

  /** Drop the line, keep the session, dial again with other settings. */
  async redial(settings: Settings, options: CallOptions): Promise<void> {
    const { signal, timeout } = options;
    signal?.throwIfAborted();
    if (isLeaving(this.#state)) throw refusalIn(this.#state);
    const old = lineOf(this.#state);
    const moved = sessionMoved();
    this.settings = settings;
    this.#identity = undefined;
    this.#attempt?.abort(moved);
    const { phase } = this.#step({ type: "move" });
    // A session that persists goes on when nobody waits for it any more.
    const opening = settings.persist
      ? abortable(this.open({ timeout }, { old }), signal)
      : this.open(options, { old });
    this.#history.disconnected(moved.message, false);
    if (phase !== "moving") this.#letGo(moved);
    await opening;
  }

  /** Send a request; see {@linkcode Calls.request}. */
  request(
    request: Request,
    options: RequestOptions = {},
  ): Promise<ResponseMessage> {
    return this.#calls.request(request, options);
  }

  /** See {@linkcode Calls.untilConnected}. */
  untilConnected(command: string, options: RequestOptions): Promise<number> {
    return this.#calls.untilConnected(command, options);
  }

  async #attemptOnce(options: Attempt): Promise<void> {
    const { clock } = this.settings;
    const attempt = this.#attempt = new AbortController();
    const detach = [options.signal, this.signal]
      .map((signal) => onAbort(signal, (reason) => attempt.abort(reason)));
    try {
      if (this.#state.phase === "moving") {
        await this.attachments.leave(clock, sessionMoved(), attempt.signal);
        this.#letGo(sessionMoved());
      }
      const { epoch } = this.#step({ type: "dial" });
      await hangUp(clock, options.old);
      attempt.signal.throwIfAborted();
      await this.#dial(epoch, attempt, options);
      attempt.signal.throwIfAborted();
      this.#attempt = undefined;
      this.#connected(epoch, options);
    } finally {
      for (const off of detach) off();
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** Wait before the next attempt; a later opening takes over. */
  async #pause(
    reason: unknown,
    most: number,
    signal: AbortSignal | null | undefined,
  ): Promise<void> {
    this.signal.throwIfAborted();
    const { clock, random } = this.settings;
    const attempt = this.#attempt = new AbortController();
    try {
      await pause(clock, this.#history.retry(reason, random(), most), [
        signal,
        this.signal,
        attempt.signal,
      ]);
    } finally {
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** From this turn on calls get through. */
  #connected(epoch: number, { login = true }: OpenOptions): void {
    this.#step({ type: "authenticated", epoch });
    const { transport: { name: transport } } = this.settings;
    const info = { connected: true, transport, uri: this.#uri };
    if (login) this.#history.connected(info);
    if (this.ready) this.#calls.release();
  }

  /** End a line that did not get as far as it should. */
  async #hangUp(reason: unknown): Promise<void> {
    const before = this.#state;
    this.#step({ type: "dropped", epoch: before.epoch });
    this.#letGo(reason);
    await hangUp(this.settings.clock, lineOf(before));
  }

  /** Get a line that is ready but for the word; one deadline for it all. */
  async #dial(
    epoch: number,
    attempt: AbortController,
    { timeout, login = true, occasion }: Attempt,
  ): Promise<void> {
    const { clock, connectTimeout, secrets, transport, url } = this.settings;
    const { signal } = attempt;
    const limit = timeout ?? connectTimeout;
    const inTime = stepsWithin(limit, attempt, clock, url);
    // A credential first: engines have few places for lines without a login.
    const credential = login &&
      await inTime(
        "get a credential for",
        this.#login.credential(this, { ...occasion, signal }),
      );
    signal.throwIfAborted();
    const dialling = transport.dial(url, {
      onMessage: (message) => this.#receive(shown(message, secrets), epoch),
      onClose: (info) => this.#dropped(shownClose(info, secrets), epoch),
      onUnanswered: (seq, error) => {
        if (epoch === this.#state.epoch) this.#calls.unanswered(seq, error);
      },
    }, { signal, timeout: limit, clock, redact: secrets.hide });
    const connection = await inTime("connect to", dialling);
    if (signal.aborted) {
      await hangUp(clock, connection);
      throw signal.reason;
    }
    this.#step({ type: "opened", epoch, connection });
    this.#uri = connection.uri;
    if (!credential) return;
    const loggingIn = this.#login.run(this, credential, signal);
    const identity = await inTime("log in at", loggingIn);
    signal.throwIfAborted();
    this.#identity = identity;
    if (this.restorers.size === 0) return;
    await inTime("restore a session at", restoreAll(this.restorers, signal));
  }

  #receive(message: Message, epoch: number): void {
    if (epoch !== this.#state.epoch) return;
    if (isResponse(message)) return this.#calls.settle(message);
    if (isEvent(message)) {
      for (const listener of this.listeners) listener(message);
    }
  }

  #dropped(info: CloseInfo, epoch: number): void {
    const { phase } = this.#state;
    // What we have hung up ourselves is no news.
    const over = phase === "ended" || phase === "idle";
    if (epoch !== this.#state.epoch || over) return;
    this.#step({ type: "dropped", epoch });
    const failure = lost(info);
    // There is nothing left to free; the move goes on.
    if (phase === "moving") return this.#letGo(failure);
    // A refused login may have arrived in the same packet as the end (F35).
    if (this.#attempt) return this.#attempt.abort(failure);
    const run = this.#run;
    const { persist } = this.settings;
    const closing = phase === "closing";
    if (persist) this.#calls.hold();
    this.#history.disconnected(info.reason || failure.message, !closing);
    if (run !== this.#run || this.signal.aborted) return;
    if (closing || !persist || !mayRecover(failure)) {
      // While the session closes, the end is what it wants.
      const error = closing ? undefined : failure;
      return void this.#finish(info, error).catch(ignore);
    }
    this.#letGo(failure);
    this.open({}, { drop: failure }).catch(ignore);
  }

  async #close(graceMs: number): Promise<void> {
    const { phase } = this.#state;
    const reason = sessionClosed();
    if (phase === "moving") {
      this.#run = undefined;
      this.#attempt?.abort(reason);
    }
    this.#step({ type: "close" });
    this.#calls.turnAway(sessionClosed(false));
    this.#closing.abort(reason);
    if (phase === "ready" || phase === "moving") {
      await this.attachments.free(this.settings.clock, graceMs, reason);
    }
    // In the same turn where nothing is freed: no line may open in the next.
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    const before = this.#state;
    if (before.phase === "ended" && this.#lifetime.signal.aborted) return;
    this.#step({ type: "end" });
    const clean = error === undefined;
    const failure = error ?? sessionClosed();
    this.#history.disconnected(info.reason, !clean);
    this.#calls.turnAway(error ?? sessionClosed(false));
    this.#closing.abort(failure);
    this.#letGo(failure);
    this.listeners.clear();
    this.#lifetime.abort(failure);
    await hangUp(this.settings.clock, lineOf(before));
    const end = { clean, code: info.code, reason: info.reason };
    this.#closed.resolve(end);
    this.#history.ended(end);
  }

  /** Fail whatever relied on the line. */
  #letGo(reason: unknown): void {
    this.#calls.fail(reason);
    this.attachments.lose(reason);
  }

  #step(input: Parameters<typeof transition>[1]): SessionState {
    this.#state = transition(this.#state, input);
    return this.#state;
  }
}

/** The inside of a session. */
export function coreOf(session: Session): SessionCore {
  const core = insideOf(session);
  if (core instanceof SessionCore) return core;
  throw new TypeError("Expected a session made by connect()");
}
