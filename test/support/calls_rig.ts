import type { ResponseMessage } from "../../schema/envelope.ts";
import type { Clock } from "../../lib/async.ts";
import { ConnectionException } from "../../lib/errors.ts";
import { Calls, type LateAnswer } from "../../lib/session/calls.ts";

/** How one request is waited for. */
export interface RigOptions {
  readonly timeout: number;
  readonly onLate?: LateAnswer | undefined;
}

/**
 * The requests of a session over a connection that sends nothing. Tests number
 * the requests themselves.
 */
export class CallsRig {
  readonly calls: Calls;
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
    this.calls = new Calls({
      settings: () => ({ clock, requestTimeout: 1_000, persist }),
      route: () => ({ connection, line: 1, mayWait: false }),
      refusal: () => new ConnectionException("not connected"),
    });
  }

  /** How many requests wait for their answers. */
  get size(): number {
    return this.calls.size;
  }

  /** Send `rrext_ping` and wait for the answer. */
  add(number: number, options: RigOptions): Promise<ResponseMessage> {
    const controller = new AbortController();
    const { signal } = controller;
    const request = { command: "rrext_ping" };
    const answer = this.calls.request(request, { ...options, signal });
    this.#seqs.set(number, this.#sent);
    this.#signals.set(number, controller);
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
