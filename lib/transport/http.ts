import type { Message, ResponseMessage } from "../../schema/envelope.ts";
import { ignore } from "../_deferred.ts";
import { ConnectionException } from "../errors.ts";
import { httpBase, normalizeUri } from "../protocol/uri.ts";
import { FrameBuffer } from "../protocol/frame_buffer.ts";
import { type Answer, type HttpAsk, httpAsk } from "./_http_ask.ts";
import { checkCarried, HTTP_COMMANDS } from "./_http_commands.ts";
import { HttpPipes } from "./_http_pipes.ts";
import { streamsBodies } from "./_streams_bodies.ts";
import type {
  Connection,
  ConnectionHandlers,
  Payload,
  Transport,
} from "./transport.ts";

/** Options of {@linkcode httpTransport}. */
export interface HttpTransportOptions {
  /**
   * What asks.
   *
   * @default {the platform's}
   */
  readonly fetch?: typeof fetch | undefined;
  /**
   * Whether request bodies are streams. Browsers can do it over HTTP/2 alone;
   * everywhere else it works.
   *
   * @default {what a small request shows, made before the first pipe}
   */
  readonly streaming?: boolean | undefined;
  /**
   * The most bytes of one object that are held where bodies are no streams.
   *
   * @default {67_108_864}
   */
  readonly bufferBytes?: number | undefined;
}

const BUFFER_BYTES = 64 * 1024 * 1024;

/**
 * Travel by HTTP: for places that allow no WebSocket.
 *
 * The functions of a session stay the same: `use` is one `POST /task`, a pipe
 * one streaming `POST /task/data`, and so on (protocol §10). There are
 * differences that the protocol makes: no events, no `useExisting`, `ttl`,
 * `args` or `teamId`; a pipe that the engine would refuse fails when it is
 * written or closed, not when it is opened; a pipeline gets 4 threads unless
 * `threads` says otherwise; `objectId` is the engine's. What cannot be carried
 * rejects with a `ValidationException` that names the other transport.
 *
 * There is no line that could be lost, either: a request that the network fails
 * rejects by itself, with a `ConnectionException`, and the session goes on.
 *
 * @param options See {@linkcode HttpTransportOptions}.
 * @returns A transport for `connect({ transport })`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, httpTransport, send, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({
 *   uri: "http://localhost:5565",
 *   auth: "key",
 *   transport: httpTransport({
 *     fetch: async (input, init) => await engine.fetch(new Request(input, init)),
 *   }),
 * });
 * const task = await use(session, {
 *   filepath: "examples/pipelines/text.pipe.json",
 * });
 * const { text } = await send(session, task, "Hello");
 * assertEquals(text, ["Hello\n\n"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function httpTransport(options: HttpTransportOptions = {}): Transport {
  const given = options.fetch;
  const send: typeof fetch = given ?? ((input, init) => fetch(input, init));
  const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
  return {
    name: "HTTP",
    connectionless: true,
    resolve: (uri) => httpBase(normalizeUri(uri)),
    dial(url, handlers, { signal }): Promise<Connection> {
      signal?.throwIfAborted();
      const lifetime = new AbortController();
      const ask = httpAsk(send, url, lifetime.signal);
      const streaming = async (): Promise<boolean> =>
        options.streaming ?? await streamsBodies(send, url, lifetime.signal);
      const pipes = new HttpPipes(ask, { streaming, bufferBytes });
      const connection = new HttpConnection(
        handlers,
        ask,
        pipes,
        lifetime,
      );
      // An object of its own members, so that wrappers can spread it.
      return Promise.resolve({
        uri: url.href,
        send: (message, payload) => connection.send(message, payload),
        close: (code, reason) => connection.close(code, reason),
      });
    },
  };
}

class HttpConnection {
  readonly #handlers: ConnectionHandlers;
  readonly #ask: HttpAsk;
  readonly #pipes: HttpPipes;
  readonly #lifetime: AbortController;
  #seq = 0;

  constructor(
    handlers: ConnectionHandlers,
    ask: HttpAsk,
    pipes: HttpPipes,
    lifetime: AbortController,
  ) {
    this.#handlers = handlers;
    this.#ask = ask;
    this.#pipes = pipes;
    this.#lifetime = lifetime;
  }

  send(message: Message, payload?: Payload): void {
    if (this.#lifetime.signal.aborted) {
      throw new ConnectionException("Connection is not open", {
        code: "not-connected",
        retryable: true,
      });
    }
    if (message.type !== "request") return;
    const { command, seq, arguments: args = {} } = message;
    checkCarried(command, args);
    const data = payload instanceof FrameBuffer ? payload.payload : payload;
    const copy = data?.slice() ?? bytesOf(args.data);
    const answering = command === "rrext_process"
      ? this.#pipes.run(args, copy)
      : HTTP_COMMANDS[command]!(this.#ask, args);
    answering.then(
      (answer) => this.#answer(seq, command, answer),
      (error) => this.#unanswered(seq, error),
    ).catch(ignore);
  }

  close(code: number = 1000, reason: string = ""): Promise<void> {
    this.#end(code, reason);
    return Promise.resolve();
  }

  #answer(seq: number, command: string, { error, body }: Answer): void {
    if (this.#lifetime.signal.aborted) return;
    const response: ResponseMessage = {
      type: "response",
      seq: ++this.#seq,
      request_seq: seq,
      command,
      success: error === undefined,
      ...(error === undefined ? {} : { message: error }),
      ...(body === undefined ? {} : { body }),
    };
    this.#handlers.onMessage(response);
  }

  /** The server could not be reached; other requests go ways of their own. */
  #unanswered(seq: number, cause: unknown): void {
    if (this.#lifetime.signal.aborted) return;
    const error = cause instanceof ConnectionException ? cause : broken(cause);
    if (!this.#handlers.onUnanswered) {
      return this.#end(1006, error.message, error);
    }
    this.#handlers.onUnanswered(seq, error);
  }

  #end(code: number, reason: string, error?: unknown): void {
    if (this.#lifetime.signal.aborted) return;
    this.#lifetime.abort(
      new ConnectionException(reason || "Connection is closed", {
        code: "connection-closed",
        sent: true,
      }),
    );
    this.#handlers.onClose({ code, reason, error });
  }
}

/** What `fetch` rejects with says that the network failed, and little else. */
function broken(cause: unknown): ConnectionException {
  const words = cause instanceof Error ? cause.message : String(cause);
  return new ConnectionException(words || "Request failed", {
    sent: true,
    retryable: true,
    cause,
  });
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (typeof data === "string") return new TextEncoder().encode(data);
  return data instanceof Uint8Array ? data.slice() : undefined;
}
