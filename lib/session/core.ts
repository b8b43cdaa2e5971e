import type { ConnectResult } from "../../schema/account.ts";
import type {
  EventMessage,
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../schema/envelope.ts";
import { isEvent, isResponse } from "../../schema/envelope.ts";
import { onAbort } from "../_abort.ts";
import { type Deferred, deferred, ignore } from "../_deferred.ts";
import { makeDisposable } from "../_disposable.ts";
import { within } from "../_within.ts";
import { PendingTable } from "../protocol/pending.ts";
import type { CloseInfo, Connection, Payload } from "../transport/transport.ts";
import { authenticate } from "./_authenticate.ts";
import {
  badTimeout,
  closedByUs,
  endOf,
  lost,
  notConnected,
  slowLogin,
} from "./_failures.ts";
import type { Settings } from "./_settings.ts";
import type { CallOptions, Session, SessionEnd } from "./session.ts";
import { IDLE, type SessionState, transition } from "./state.ts";

/** How long a closing session may take to say goodbye, by default. */
const CLOSE_GRACE_MS = 1_000;
const MAX_SEQ_BASE = 2 ** 30;
const NOTHING: Readonly<Record<string, never>> = {};

/** What a request says; the session numbers it. */
export type Request = Pick<RequestMessage, "command" | "token" | "arguments">;

/** How a request is sent. */
export interface RequestOptions extends CallOptions {
  /** Binary payload; copied or written before `request` returns. */
  readonly payload?: Payload | undefined;
  /** Given the answer if it comes after the wait was given up. */
  readonly onLate?: ((response: ResponseMessage) => void) | undefined;
}

/** How a line is opened. */
export interface OpenOptions extends CallOptions {
  /** Whether to log in; default `true`. */
  readonly login?: boolean | undefined;
}

/** What lives on the line, for example an open pipe. */
export interface Attachment {
  /** The session is closing and the line is still up: let the engine know. */
  release(): Promise<unknown>;
  /** The line is gone. */
  lost(reason: unknown): void;
}

/**
 * Puts something back on a line that was dialled anew, for example a
 * subscription. Never rejects; runs before the session counts as connected.
 */
export type Restorer = (signal: AbortSignal) => Promise<void>;

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

  constructor(settings: Settings) {
    this.settings = settings;
    this.#uri = settings.url.href;
    this.#pending = new PendingTable(settings.clock);
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

  get closed(): Promise<SessionEnd> {
    return this.#closed.promise;
  }

  /** Whether calls can be made. */
  get ready(): boolean {
    return this.#state.phase === "ready";
  }

  /**
   * Dial, and log in unless told not to; on failure the session has ended.
   * The user, the end of the session or a later dial give the attempt up.
   */
  async open(
    options: OpenOptions = {},
    old: Connection | null = null,
  ): Promise<void> {
    const attempt = this.#attempt = new AbortController();
    function giveUp(reason: unknown): void {
      attempt.abort(reason);
    }
    const detach = [options.signal, this.signal]
      .map((signal) => onAbort(signal, giveUp));
    const { epoch } = this.#step({ type: "dial" });
    try {
      await within(this.settings.clock, CLOSE_GRACE_MS, old?.close());
      attempt.signal.throwIfAborted();
      await this.#dial(epoch, attempt, options);
    } catch (error) {
      if (attempt === this.#attempt) {
        await this.#finish(endOf(error), error);
      }
      throw error;
    } finally {
      for (const off of detach) off();
      if (attempt === this.#attempt) this.#attempt = undefined;
    }
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
    const old = "connection" in this.#state ? this.#state.connection : null;
    const moved = closedByUs("Connection parameters changed");
    this.settings = settings;
    this.#attempt?.abort(moved);
    const opening = this.open(options, old);
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
    if (!connection) return Promise.reject(notConnected());
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
    return signal ? this.#abortable(seq, answer, signal) : answer;
  }

  #abortable(
    seq: number,
    answer: Promise<ResponseMessage>,
    signal: AbortSignal,
  ): Promise<ResponseMessage> {
    const detach = onAbort(signal, (reason) => {
      this.#pending.giveUp(seq, reason);
    });
    return answer.finally(detach);
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
      await within(clock, CLOSE_GRACE_MS, connection.close());
      throw signal.reason;
    }
    this.#step({ type: "opened", epoch, connection });
    this.#uri = connection.uri;
    if (login) {
      const stop = clock.after(deadline - clock.now(), () => {
        attempt.abort(slowLogin(url, limit));
      });
      this.#identity = await authenticate(this, signal).finally(stop);
      this.#loggedIn = true;
    }
    signal.throwIfAborted();
    this.#step({ type: "authenticated", epoch });
    await Promise.all([...this.restorers].map((restore) => restore(signal)));
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
    // A refused login may have arrived in the same packet as the end (F35).
    if (this.#attempt) return this.#attempt.abort(failure);
    // While we say goodbye, the end is what we want.
    this.#finish(info, phase === "closing" ? undefined : failure).catch(ignore);
  }

  async #close(graceMs: number): Promise<void> {
    const { phase } = this.#state;
    this.#step({ type: "close" });
    if (phase === "ready") {
      await within(this.settings.clock, graceMs, this.#goodbye(graceMs));
    }
    // In the same turn where nobody says goodbye: a line that opens in the
    // next one would belong to nobody.
    await this.#finish({ code: 1000, reason: "Closed by the client" });
  }

  /** Free what the engine holds for us, then log out. */
  async #goodbye(timeout: number): Promise<void> {
    await Promise.allSettled([...this.attachments].map((it) => it.release()));
    if (!this.#loggedIn) return;
    // 1.0 engines refuse the command; that is as good as an answer.
    await this.request({ command: "deauth", arguments: {} }, { timeout });
  }

  async #finish(info: CloseInfo, error?: unknown): Promise<void> {
    const before = this.#state;
    if (before.phase === "ended" && this.#lifetime.signal.aborted) return;
    this.#step({ type: "end" });
    const clean = error === undefined;
    const failure = error ?? closedByUs("Session was closed");
    this.#letGo(failure);
    this.listeners.clear();
    this.#lifetime.abort(failure);
    const { code, reason } = info;
    if ("connection" in before) {
      const closing = before.connection.close(1000, "");
      await within(this.settings.clock, CLOSE_GRACE_MS, closing);
    }
    this.#closed.resolve({ clean, code, reason });
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

/**
 * The line that a command may travel on. Whatever is sent before the login is
 * answered makes engines hang up (protocol §4.1).
 */
function lineFor(command: string, state: SessionState): Connection | undefined {
  if (!("connection" in state)) return undefined;
  const early = state.phase === "authenticating" && command !== "auth";
  return early ? undefined : state.connection;
}
