import type { ResponseMessage } from "../../schema/envelope.ts";
import type { Clock } from "../../lib/async.ts";
import { Calls, type LateAnswer } from "../../lib/session/calls.ts";
import type { Connection } from "../../lib/transport/transport.ts";

/** How one request is waited for. */
export interface RigOptions {
  readonly timeout: number;
  readonly onLate?: LateAnswer | undefined;
}

/** The requests of a session, and what only the session does with them. */
class OpenCalls extends Calls {
  constructor(clock: Clock, persist: boolean, connection: Connection) {
    super({ clock, requestTimeout: 1_000, persist });
    this.connection = connection;
    this.phase = "ready";
  }

  override settle(response: ResponseMessage): void {
    super.settle(response);
  }

  override fail(seq: number, reason: unknown): void {
    super.fail(seq, reason);
  }

  override failAll(reason: () => unknown): void {
    super.failAll(reason);
  }

  override release(): void {
    super.release();
  }

  /** The session ends. */
  end(reason: unknown): void {
    this.closing.abort(() => reason);
    this.rejectQueued(() => reason);
  }
}

/**
 * The requests of a session over a connection that sends nothing. Tests number
 * the requests themselves.
 */
export class CallsRig {
  readonly calls: OpenCalls;
  /** How many requests wait for their answers. */
  size = 0;
  /** Whether the connection refuses what is sent. */
  refuses = false;
  readonly #seqs: Map<number, number> = new Map();
  readonly #signals: Map<number, AbortController> = new Map();
  #sent = 0;

  constructor(clock: Clock, persist = false) {
    const connection = {
      uri: "",
      send: (message: { readonly seq: number }): void => {
        if (this.refuses) throw new Error("not sent");
        this.#sent = message.seq;
      },
      close: () => Promise.resolve(),
    };
    this.calls = new OpenCalls(clock, persist, connection);
  }

  /** Send `rrext_ping` and wait for the answer. */
  add(number: number, options: RigOptions): Promise<ResponseMessage> {
    const controller = new AbortController();
    const { signal } = controller;
    const request = { command: "rrext_ping" };
    const answer = this.calls.request(request, { ...options, signal });
    this.#seqs.set(number, this.#sent);
    this.#signals.set(number, controller);
    this.size++;
    const settled = (): void => void this.size--;
    answer.then(settled, settled);
    return answer;
  }

  /** An answer arrives; one to an unknown number, too. */
  settle(answer: ResponseMessage): void {
    const request_seq = this.#seqs.get(answer.request_seq) ?? -1;
    this.calls.settle({ ...answer, request_seq });
  }

  /** The caller gives up. */
  giveUp(number: number, reason: unknown): void {
    this.#signals.get(number)?.abort(reason);
  }

  /** No answer will come. */
  fail(number: number, reason: unknown): void {
    this.calls.fail(this.#seqs.get(number) ?? -1, reason);
  }

  /** The connection ends. */
  failAll(reason: unknown): void {
    this.calls.failAll(() => reason);
  }

  /** The number of the request that a sequence number belongs to. */
  numberOf(seq: number | undefined): number | undefined {
    for (const [number, own] of this.#seqs) if (own === seq) return number;
    return undefined;
  }
}
