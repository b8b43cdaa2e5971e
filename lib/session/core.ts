import type { ConnectResult } from "../../schema/account.ts";
import type {
  EventMessage,
  Message,
  ResponseMessage,
} from "../../schema/envelope.ts";
import { isEvent, isResponse } from "../../schema/envelope.ts";
import { abortable, onAbort } from "../_abort.ts";
import { type Deferred, deferred, ignore } from "../_deferred.ts";
import { makeDisposable } from "../_disposable.ts";
import { within } from "../_within.ts";
import { FrameBuffer } from "../protocol/frame_buffer.ts";
import { PendingTable } from "../protocol/pending.ts";
import type { CloseInfo, Connection } from "../transport/transport.ts";
import type { LifecycleEvent } from "./lifecycle_event.ts";
import type {
  Former,
  OpenOptions,
  Request,
  RequestOptions,
} from "./_core_options.ts";
import type { Attachment, Restorer } from "./attachment.ts";
import { Login } from "./_authenticate.ts";
import { goodbye } from "./_goodbye.ts";
import { CLOSE_GRACE_MS, hangUp } from "./_hang_up.ts";
import { lineFor, lineOf } from "./_line_for.ts";
import { pause } from "./_pause.ts";
import { LineHistory } from "./_line_history.ts";
import { WaitingRoom } from "./_waiting_room.ts";
import {
  badTimeout,
  closedByUs,
  endOf,
  gaveUp,
  lost,
  mayRecover,
  notConnected,
  slowLogin,
} from "./_failures.ts";
import type { Settings } from "./_settings.ts";
import type { CallOptions, Session, SessionEnd } from "./session.ts";
import { IDLE, type SessionState, transition } from "./state.ts";

const MAX_SEQ_BASE = 2 ** 30;
const NOTHING: Readonly<Record<string, never>> = {};

/**
 * The state of a session and everything that drives it. Users see it as
 * {@linkcode Session}; the functions of the library reach it by `coreOf`.
 */
export class SessionCore implements Session {
  settings: Settings;
  /** What lives on the line and must end with it. */
  readonly attachments: Set<Attachment> = new Set();
  /** Who wants to see events, in order of arrival. */
  readonly listeners: Set<(event: EventMessage) => void> = new Set();
  /** What a new line needs after its login, before anything else. */
  readonly restorers: Set<Restorer> = new Set();
  readonly #pending: PendingTable;
  readonly #lifetime: AbortController = new AbortController();
  readonly #closed: Deferred<SessionEnd> = deferred();
  #state: SessionState = IDLE;
  #seq: number = 1 + Math.floor(Math.random() * MAX_SEQ_BASE);
  #identity: ConnectResult | undefined;
  #uri: string;
  #loggedIn = false;
  /** The attempt that is under way; older ones have no say (field F14). */
  #attempt: AbortController | undefined;
  #end: Promise<void> | undefined;
  /** The opening that has a say; a later one takes over. */
  #run: object | undefined;
  readonly #waiting: WaitingRoom;
  readonly #history: LineHistory;
  readonly #login: Login = new Login();

  constructor(settings: Settings) {
    this.settings = settings;
    this.#uri = settings.url.href;
    this.#pending = new PendingTable(settings.clock);
    this.#waiting = new WaitingRoom(settings.clock);
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

  get closed(): Promise<SessionEnd> {
    return this.#closed.promise;
  }

  /** Whether calls can be made. */
  get ready(): boolean {
    return this.#state.phase === "ready";
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
    let failure: unknown = drop;
    let closing = old;
    if (persist) this.#waiting.open();
    for (;;) {
      try {
        if (failure !== undefined) {
          const left = started + maxRetryTime - clock.now();
          await this.#pause(left, options.signal);
          if (run !== this.#run) throw failure;
          if (clock.now() - started >= maxRetryTime) break;
        }
        await this.#attemptOnce(options, closing);
        return this.#connected(options);
      } catch (error) {
        if (run !== this.#run) throw error;
        const over = options.signal?.aborted || this.signal.aborted;
        const final = over || !persist || !mayRecover(error);
        if (!over) this.#history.failed(error, final);
        if (final) await this.#finish(endOf(error), error);
        if (final) throw error;
        failure = error;
        closing = null;
        await this.#hangUp(error);
      }
    }
    const error = gaveUp(maxRetryTime, failure);
    this.#history.failed(error, true);
    await this.#finish(endOf(error), error);
    throw error;
  }

  /** Say goodbye and close, whatever the peer does, within the grace time. */
  close(graceMs: number = CLOSE_GRACE_MS): Promise<void> {
    this.#end ??= this.#close(graceMs);
    return this.#end;
  }

  /** Drop the line, keep the session, dial again with other settings. */
  async redial(settings: Settings, options: CallOptions): Promise<void> {
    options.signal?.throwIfAborted();
    const { phase } = this.#state;
    if (phase === "closing" || phase === "ended") throw notConnected();
    const old = lineOf(this.#state);
    const moved = closedByUs("Connection parameters changed");
    this.settings = settings;
    this.#identity = undefined;
    this.#attempt?.abort(moved);
    const opening = this.open(options, { old });
    this.#history.disconnected(moved.message, false);
    this.#letGo(moved);
    await opening;
  }

  /**
   * Send a request and wait for its answer; a refusal is an answer, too.
   * Payload may also stand in `arguments.data`, as requests are built.
   */
  request(
    request: Request,
    options: RequestOptions = {},
  ): Promise<ResponseMessage> {
    const { command, token, arguments: args } = request;
    if (args?.data instanceof Uint8Array) {
      const { data: payload, ...rest } = args as { data: Uint8Array };
      return this.request({ ...request, arguments: rest }, {
        ...options,
        payload,
      });
    }
    const connection = lineFor(command, this.#state);
    if (!connection) return this.#later(request, options);
    const { signal, payload, onLate } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const timeout = options.timeout ?? this.settings.requestTimeout;
    if (!(timeout > 0)) return Promise.reject(badTimeout(timeout));
    const seq = this.#seq++;
    const answer = this.#pending.add(seq, { command, timeout, onLate });
    try {
      connection.send({
        type: "request",
        seq,
        command,
        ...(token === undefined ? NOTHING : { token }),
        ...(args === undefined ? NOTHING : { arguments: args }),
      }, payload);
    } catch (error) {
      this.#pending.giveUp(seq, error);
      return answer;
    }
    if (!signal) return answer;
    const detach = onAbort(signal, (reason) => {
      this.#pending.giveUp(seq, reason);
    });
    return answer.finally(detach);
  }

  /** Send a request when there is a line again; its payload is copied. */
  async #later(
    request: Request,
    options: RequestOptions,
  ): Promise<ResponseMessage> {
    const { payload, signal } = options;
    // Whoever fills a buffer for the line belongs to the line that is gone.
    if (payload instanceof FrameBuffer) throw notConnected();
    const kept = payload && new Uint8Array(payload);
    const limit = options.timeout ?? this.settings.requestTimeout;
    const timeout = await this.#waiting.wait(request.command, limit, signal);
    return await this.request(request, { ...options, payload: kept, timeout });
  }

  async #attemptOnce(
    options: OpenOptions,
    old: Connection | null,
  ): Promise<void> {
    const attempt = this.#attempt = new AbortController();
    const giveUp = (reason: unknown): void => attempt.abort(reason);
    const detach = [options.signal, this.signal]
      .map((signal) => onAbort(signal, giveUp));
    const { epoch } = this.#step({ type: "dial" });
    try {
      await hangUp(this.settings.clock, old);
      attempt.signal.throwIfAborted();
      await this.#dial(epoch, attempt, options);
    } finally {
      for (const off of detach) off();
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  /** Wait before the next attempt; a later opening takes over. */
  async #pause(
    most: number,
    signal: AbortSignal | null | undefined,
  ): Promise<void> {
    const { clock, random } = this.settings;
    const attempt = this.#attempt = new AbortController();
    try {
      await pause(clock, this.#history.retry(random(), most), [
        signal,
        this.signal,
        attempt.signal,
      ]);
    } finally {
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
  }

  #connected({ login = true }: OpenOptions): void {
    const { transport: { name: transport } } = this.settings;
    const info = { connected: true, transport, uri: this.#uri };
    if (login) this.#history.connected(info);
    this.#waiting.release();
  }

  /** End a line that did not get as far as it should. */
  async #hangUp(reason: unknown): Promise<void> {
    const before = this.#state;
    this.#step({ type: "dropped", epoch: before.epoch });
    this.#letGo(reason);
    await hangUp(this.settings.clock, lineOf(before));
  }

  async #dial(
    epoch: number,
    attempt: AbortController,
    { timeout, login = true }: OpenOptions,
  ): Promise<void> {
    const { clock, connectTimeout, transport, url } = this.settings;
    const { signal } = attempt;
    const limit = timeout ?? connectTimeout;
    const deadline = clock.now() + limit;
    const connection = await transport.dial(url, {
      onMessage: (message) => this.#receive(message, epoch),
      onClose: (info) => this.#dropped(info, epoch),
    }, { signal, timeout: limit, clock });
    if (signal.aborted) {
      await hangUp(clock, connection);
      throw signal.reason;
    }
    this.#step({ type: "opened", epoch, connection });
    this.#uri = connection.uri;
    if (login) {
      const stop = clock.after(deadline - clock.now(), () => {
        attempt.abort(slowLogin(url, limit));
      });
      this.#identity = await this.#login.run(this, signal).finally(stop);
      this.#loggedIn = true;
    }
    signal.throwIfAborted();
    this.#step({ type: "authenticated", epoch });
    const restoring = [...this.restorers].map((restore) => restore(signal));
    await abortable(Promise.all(restoring), signal);
    signal.throwIfAborted();
  }

  #receive(message: Message, epoch: number): void {
    if (epoch !== this.#state.epoch) return;
    if (isResponse(message)) return this.#pending.settle(message);
    if (isEvent(message)) {
      for (const listener of this.listeners) listener(message);
    }
    // Any other type is a newer server's business; requests to clients are none.
  }

  #dropped(info: CloseInfo, epoch: number): void {
    const { phase } = this.#state;
    if (epoch !== this.#state.epoch || phase === "ended") return;
    this.#step({ type: "dropped", epoch });
    const failure = lost(info);
    this.#history.disconnected(
      info.reason || failure.message,
      phase !== "closing",
    );
    // A refused login may have arrived in the same packet as the end (F35).
    if (this.#attempt) return this.#attempt.abort(failure);
    // While we say goodbye, the end is what we want.
    const ends = phase === "closing" || !this.settings.persist;
    if (ends || !mayRecover(failure)) {
      const error = phase === "closing" ? undefined : failure;
      return void this.#finish(info, error).catch(ignore);
    }
    this.#letGo(failure);
    this.open({}, { drop: failure }).catch(ignore);
  }

  async #close(graceMs: number): Promise<void> {
    const { phase } = this.#state;
    this.#step({ type: "close" });
    if (phase === "ready") {
      await within(
        this.settings.clock,
        graceMs,
        goodbye(this, this.#loggedIn, graceMs),
      );
    }
    // In the same turn where nobody says goodbye: a line that opens in the
    // next one would belong to nobody.
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    const before = this.#state;
    if (before.phase === "ended" && this.#lifetime.signal.aborted) return;
    this.#step({ type: "end" });
    const clean = error === undefined;
    const failure = error ?? closedByUs("Session was closed");
    this.#history.disconnected(info.reason, !clean);
    this.#waiting.close(failure);
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
    const attached = [...this.attachments];
    this.attachments.clear();
    this.#pending.failAll(reason);
    for (const attachment of attached) attachment.lost(reason);
  }

  #step(input: Parameters<typeof transition>[1]): SessionState {
    this.#state = transition(this.#state, input);
    return this.#state;
  }
}

/** The inside of a session. */
export function coreOf(session: Session): SessionCore {
  if (session instanceof SessionCore) return session;
  throw new TypeError("Expected a session made by connect()");
}
