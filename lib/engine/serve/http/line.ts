import { didFail, type ResponseMessage } from "../../../../schema/envelope.ts";
import { type Deferred, deferred } from "../../../async.ts";
import { ConnectionException, RocketRideException } from "../../../errors.ts";
import type { Peer } from "../../../transport/memory.ts";
import type { ConnectionHandlers } from "../../../transport/transport.ts";

/** Makes the engine's end of a connection. */
export type Connect = (peer: Peer) => ConnectionHandlers;

type Body = Readonly<Record<string, unknown>>;

/**
 * A connection of one HTTP request: routes are translations into the commands
 * that sockets carry, so that both have the same rules and failures.
 */
export class Line {
  readonly #engine: ConnectionHandlers;
  readonly #waiting: Map<number, Deferred<ResponseMessage>> = new Map();
  #seq = 0;
  readonly #lifetime: AbortController = new AbortController();

  constructor(connect: Connect) {
    this.#engine = connect({
      send: (message): void => {
        if (message.type !== "response") return;
        this.#waiting.get(message.request_seq)?.resolve(message);
      },
      close: () => this.#end(),
    });
  }

  /**
   * Run a command.
   *
   * @throws {RocketRideException} The engine refused; `dapResult` is its answer.
   * @throws {ConnectionException} The engine hung up.
   */
  async call(command: string, args: Body, data?: Uint8Array): Promise<Body> {
    const seq = ++this.#seq;
    const answer = deferred<ResponseMessage>();
    if (this.ended.aborted) answer.reject(hungUp());
    this.#waiting.set(seq, answer);
    this.#engine.onMessage({
      type: "request",
      seq,
      command,
      ...(typeof args.token === "string" ? { token: args.token } : {}),
      arguments: data === undefined ? args : { ...args, data },
    });
    const response = await answer.promise;
    this.#waiting.delete(seq);
    if (!didFail(response)) return response.body ?? {};
    throw new RocketRideException(response.message ?? "Request failed", {
      dapResult: response,
    });
  }

  /** Aborts when either end has hung up. */
  get ended(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Hang up; whatever the line holds on the engine is freed. */
  close(): void {
    if (this.ended.aborted) return;
    this.#engine.onClose({ code: 1000, reason: "" });
    this.#end();
  }

  #end(): void {
    this.#lifetime.abort(hungUp());
    for (const answer of this.#waiting.values()) answer.reject(hungUp());
  }
}

function hungUp(): ConnectionException {
  return new ConnectionException("Engine is closed");
}
