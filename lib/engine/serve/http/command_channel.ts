import { didFail, type ResponseMessage } from "../../../../schema/envelope.ts";
import { type Deferred, deferred } from "../../../async.ts";
import { ConnectionException, RocketRideException } from "../../../errors.ts";
import type { Peer } from "../../../transport/memory.ts";
import type { ConnectionHandlers } from "../../../transport/transport.ts";

/** Makes the engine's end of a connection. */
export type Connect = (peer: Peer) => ConnectionHandlers;

type Body = Readonly<Record<string, unknown>>;

/**
 * The connection of one HTTP request: routes run the commands that sockets
 * carry, so that both have the same rules and failures.
 */
export class CommandChannel {
  readonly #engine: ConnectionHandlers;
  readonly #waiting: Map<number, Deferred<ResponseMessage>> = new Map();
  readonly #lifetime: AbortController = new AbortController();
  #seq = 0;

  constructor(connect: Connect) {
    this.#engine = connect({
      send: (message): void => {
        if (message.type !== "response") return;
        this.#waiting.get(message.request_seq)?.resolve(message);
      },
      close: () => this.#end(),
    });
  }

  /** Aborts when the connection has ended. */
  get ended(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Run a command; rejects with its response as `dapResult` if it failed. */
  async call(command: string, args: Body, data?: Uint8Array): Promise<Body> {
    const seq = ++this.#seq;
    const answer = deferred<ResponseMessage>();
    if (this.ended.aborted) answer.reject(closed());
    this.#waiting.set(seq, answer);
    this.#engine.onMessage({
      type: "request",
      seq,
      command,
      arguments: data === undefined ? args : { ...args, data },
    });
    const response = await answer.promise;
    this.#waiting.delete(seq);
    if (!didFail(response)) return response.body ?? {};
    throw new RocketRideException(response.message ?? "Request failed", {
      dapResult: response,
    });
  }

  /** End the connection, and free what it holds on the engine. */
  close(): void {
    if (this.ended.aborted) return;
    this.#engine.onClose({ code: 1000, reason: "" });
    this.#end();
  }

  #end(): void {
    this.#lifetime.abort(closed());
    for (const answer of this.#waiting.values()) answer.reject(closed());
  }
}

function closed(): ConnectionException {
  return new ConnectionException("Engine is closed");
}
