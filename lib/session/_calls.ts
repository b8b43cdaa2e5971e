import type { ResponseMessage } from "../../schema/envelope.ts";
import { onAbort } from "../_abort.ts";
import { ignore } from "../_deferred.ts";
import { isDAPException } from "../errors.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import { PendingTable } from "../protocol/pending.ts";
import { valueBytes } from "../protocol/value_bytes.ts";
import type { Request, RequestOptions } from "./_core_options.ts";
import { badTimeout } from "./_failures.ts";
import type { Route } from "./_route.ts";
import type { Settings } from "./_settings.ts";
import { WaitingRoom } from "./_waiting_room.ts";

const MAX_SEQ_BASE = 2 ** 30;
const NOTHING: Readonly<Record<string, never>> = {};

/** What the requests of a session need to know about it. */
export interface Desk {
  /** They change when the session moves. */
  settings(): Settings;
  routeOf(options: RequestOptions): Route;
  /** Why a call cannot leave, where there is no connection for it. */
  refusal(): Error;
}

/** The requests of a session: those with the engine, and those that wait. */
export class Calls {
  readonly #desk: Desk;
  readonly #pending: PendingTable;
  readonly #waiting: WaitingRoom;
  #seq: number = 1 + Math.floor(Math.random() * MAX_SEQ_BASE);

  constructor(desk: Desk) {
    const { clock } = desk.settings();
    this.#desk = desk;
    this.#pending = new PendingTable(clock);
    this.#waiting = new WaitingRoom(clock);
  }

  /** From now on calls wait where there is no line. */
  hold(): void {
    this.#waiting.open();
  }

  /** The line is back: those that wait may go, in their order. */
  release(): void {
    this.#waiting.release();
  }

  /** There will be no line for those that wait; they have not been sent. */
  turnAway(reason: unknown): void {
    this.#waiting.close(reason);
  }

  /** The line is gone, and with it all answers. */
  fail(reason: unknown): void {
    this.#pending.failAll(reason);
  }

  /** An answer has come. */
  settle(response: ResponseMessage): void {
    this.#pending.settle(response);
  }

  /** No answer to a request will come. */
  unanswered(seq: number, reason: unknown): void {
    this.#pending.fail(seq, reason);
  }

  /** Wait for a line; returns what is left of the time, in milliseconds. */
  async untilConnected(
    command: string,
    { timeout, signal }: RequestOptions,
    bytes?: number,
  ): Promise<number> {
    if (!this.#waiting.isOpen) throw this.#desk.refusal();
    const limit = timeout ?? this.#desk.settings().requestTimeout;
    return await this.#waiting.wait(command, limit, signal, bytes);
  }

  /**
   * Send a request and wait for its answer; a refusal is an answer, too.
   * Payload may also stand in `arguments.data`, as requests are built.
   */
  request(
    request: Request,
    options: RequestOptions,
  ): Promise<ResponseMessage> {
    const { command, token, arguments: args } = request;
    if (args?.data instanceof Uint8Array) {
      const { data: payload, ...rest } = args as { data: Uint8Array };
      return this.request({ ...request, arguments: rest }, {
        ...options,
        payload,
      });
    }
    const { connection, line, patient } = this.#desk.routeOf(options);
    if (!connection) {
      return patient
        ? this.#later(request, options)
        : Promise.reject(this.#desk.refusal());
    }
    const { signal, payload, onLate } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const timeout = options.timeout ?? this.#desk.settings().requestTimeout;
    if (!(timeout > 0)) return Promise.reject(badTimeout(timeout));
    const seq = this.#seq++;
    const { cancel } = connection;
    const answer = this.#pending.add(seq, {
      command,
      timeout,
      onLate,
      onGivenUp: cancel && ((seq): void => connection.cancel?.(seq)),
    });
    try {
      connection.send({
        type: "request",
        seq,
        command,
        ...(token === undefined ? NOTHING : { token }),
        ...(args === undefined ? NOTHING : { arguments: args }),
      }, payload);
    } catch (error) {
      this.#pending.withdraw(seq, error);
      if (!patient || !this.#mayWait(error)) return answer;
      answer.catch(ignore);
      return this.#later(request, options);
    }
    options.onLine?.(line, () => connection.cancel?.(seq));
    if (!signal) return answer;
    const detach = onAbort(signal, (reason) => {
      this.#pending.giveUp(seq, reason);
    });
    return answer.finally(detach);
  }

  /** A line that has ended may say so to who sends before it tells its owner. */
  #mayWait(error: unknown): boolean {
    if (!isDAPException(error, "not-connected")) return false;
    const { persist } = this.#desk.settings();
    if (persist) this.hold();
    return persist;
  }

  /** Send a request when there is a line again; its payload is copied. */
  async #later(
    request: Request,
    options: RequestOptions,
  ): Promise<ResponseMessage> {
    const { payload } = options;
    // Whoever fills a buffer for the line belongs to the line that is gone.
    if (payload instanceof FrameBuffer) throw this.#desk.refusal();
    const { arguments: args, command } = request;
    const bytes = valueBytes([args, payload], Infinity);
    const waiting = this.untilConnected(command, options, bytes);
    // In the turn of the call: its bytes are the caller's again afterwards.
    const kept = payload && new Uint8Array(payload);
    const timeout = await waiting;
    return await this.request(request, { ...options, payload: kept, timeout });
  }
}
