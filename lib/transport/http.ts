import { encodeUtf8 } from "../bytes.ts";
import { checkOptions } from "../check.ts";
import type {
  Message,
  RequestMessage,
  ResponseMessage,
} from "../../schema/envelope.ts";
import { ignore } from "../async.ts";
import { ConnectionException, DAPException } from "../errors.ts";
import { httpBase, normalizeUri } from "../protocol/uri.ts";
import { FrameBuffer } from "../protocol/frame.ts";
import { redactError, Secrets } from "../protocol/secrets.ts";
import {
  type Answer,
  type HttpAsk,
  httpAsk,
  StreamingProbe,
  streamsBodies,
} from "./http_requests.ts";
import { checkCarried, HTTP_COMMANDS } from "./http_commands.ts";
import { HttpPipes } from "./http_pipes.ts";
import { Places } from "./places.ts";
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
  /**
   * The most bytes of one response.
   *
   * @default {67_108_864}
   */
  readonly responseBytes?: number | undefined;
}

const BUFFER_BYTES = 64 * 1024 * 1024;
const RESPONSE_BYTES = 64 * 1024 * 1024;
/** What is left of ten places, after {@linkcode HttpPipes} took its eight. */
const MOST_TASK_REQUESTS = 2;
/** Commands that servers pass on to a task, each over one of those places. */
const TASK_COMMANDS: ReadonlySet<string> = new Set([
  "execute",
  "terminate",
  "rrext_get_task_status",
]);

/**
 * Travel by HTTP: for places that allow no WebSocket.
 *
 * The functions of a session stay the same: `use` is one `POST /task`, a pipe
 * one streaming `POST /task/data`, and so on. There are differences that the
 * protocol makes:
 * - no events, no `useExisting`, `ttl`, `args`, `teamId` or `name`;
 * - servers cut what they stream, so text and records are sent whole: plain
 *   text of up to 1,024 KiB, other text and records of up to 64 KiB; bytes have
 *   no limit;
 * - of `objinfo` only the name is sent; that of plain text becomes a part of
 *   the name that the engine gives; `objectId` is the engine's;
 * - a pipe that the engine would refuse fails when it is written or closed, not
 *   when it is opened, and 8 pipes are open at once: the next open waits;
 * - a pipeline gets 4 threads unless `threads` says otherwise.
 *
 * What cannot be carried rejects with a `ValidationException` that names the
 * other transport. A request ends with its call, also one whose response has no
 * end, and no redirect takes it to another origin.
 *
 * There is no connection to lose: if the network fails, the request rejects
 * with a `ConnectionException`, and the session continues. A request is not sent
 * again, not even by platforms that do so with those of other programs (Deno).
 *
 * @param options See {@linkcode HttpTransportOptions}.
 * @returns A transport for `connect({ transport })`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, send, use } from "@rocketride/streams";
 * import { httpTransport } from "@rocketride/streams/transport";
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
  checkOptions(options, "httpTransport({ fetch })", {
    fetch: 1,
    streaming: 1,
    bufferBytes: 1,
    responseBytes: 1,
  });
  const given = options.fetch;
  const send: typeof fetch = given ?? ((input, init) => fetch(input, init));
  const bufferBytes = options.bufferBytes ?? BUFFER_BYTES;
  const responseBytes = options.responseBytes ?? RESPONSE_BYTES;
  return {
    name: "HTTP",
    connectionless: true,
    resolve: (uri) => httpBase(normalizeUri(uri)),
    dial(url, handlers, dialOptions): Promise<Connection> {
      const { signal, redact = new Secrets().hide } = dialOptions;
      signal?.throwIfAborted();
      const ask = httpAsk({ fetch: send, base: url, responseBytes });
      const streaming = new StreamingProbe(async (signal) =>
        options.streaming ?? await streamsBodies(send, url, signal)
      );
      const pipes = new HttpPipes(ask, { streaming, bufferBytes });
      const connection = new HttpConnection(handlers, ask, pipes, redact);
      // An object of its own members, so that wrappers can spread it.
      return Promise.resolve({
        uri: url.href,
        send: (message, payload) => connection.send(message, payload),
        cancel: (seq) => connection.cancel(seq),
        close: (code, reason) => connection.close(code, reason),
      });
    },
  };
}

class HttpConnection {
  readonly #handlers: ConnectionHandlers;
  readonly #ask: HttpAsk;
  readonly #pipes: HttpPipes;
  /** What ends each request that is under way, and each pipe, by its number. */
  readonly #running: Map<number, AbortController> = new Map();
  readonly #redact: (text: string) => string;
  readonly #places: Places = new Places(MOST_TASK_REQUESTS);
  #ended = false;
  #seq = 0;

  constructor(
    handlers: ConnectionHandlers,
    ask: HttpAsk,
    pipes: HttpPipes,
    redact: (text: string) => string,
  ) {
    this.#handlers = handlers;
    this.#ask = ask;
    this.#pipes = pipes;
    this.#redact = redact;
  }

  send(message: Message, payload?: Payload): void {
    if (this.#ended) {
      throw new ConnectionException("Connection is not open", {
        code: "not-connected",
        retryable: true,
      });
    }
    if (message.type !== "request") return;
    const { command, seq, arguments: args = {} } = message;
    checkCarried(command, args);
    const running = new AbortController();
    const over = (): void => void this.#running.delete(seq);
    this.#running.set(seq, running);
    let answering: Promise<Answer>;
    try {
      answering = this.#start(message, payload, running.signal, over);
    } catch (error) {
      over();
      throw error;
    }
    answering.then((answer) => {
      if (!running.signal.aborted) this.#answer(seq, command, answer);
    }, (error) => {
      if (!running.signal.aborted) this.#unanswered(seq, error);
    }).catch(ignore);
  }

  cancel(seq: number): void {
    this.#running.get(seq)?.abort(closedConnection("Request was given up"));
    this.#running.delete(seq);
  }

  close(code: number = 1000, reason: string = ""): Promise<void> {
    this.#end(code, reason);
    return Promise.resolve();
  }

  /** @param over Called when the request, or the pipe that it opens, is over. */
  #start(
    { arguments: args = {}, command }: RequestMessage,
    payload: Payload | undefined,
    signal: AbortSignal,
    over: () => void,
  ): Promise<Answer> {
    if (command !== "rrext_process") {
      return this.#command(command, args, signal).finally(over);
    }
    const data = payload instanceof FrameBuffer ? payload.payload : payload;
    const copy = data?.slice() ?? bytesOf(args.data);
    const answering = this.#pipes.run(args, copy, signal, over);
    return args.subcommand === "open" ? answering : answering.finally(over);
  }

  async #command(
    command: string,
    args: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const limited = TASK_COMMANDS.has(command);
    const giveBack = limited ? await this.#places.take(signal) : ignore;
    try {
      return await HTTP_COMMANDS[command]!(this.#ask, args, signal);
    } finally {
      giveBack();
    }
  }

  #answer(seq: number, command: string, { error, body }: Answer): void {
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
    const error = shownFailure(cause, this.#redact);
    if (!this.#handlers.onUnanswered) {
      return this.#end(1006, error.message, error);
    }
    this.#handlers.onUnanswered(seq, error);
  }

  #end(code: number, reason: string, error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const closed = closedConnection(reason || "Connection is closed");
    for (const running of this.#running.values()) running.abort(closed);
    this.#running.clear();
    this.#handlers.onClose({ code, reason, error });
  }
}

function closedConnection(reason: string): ConnectionException {
  return new ConnectionException(reason, {
    code: "connection-closed",
    sent: true,
  });
}

/**
 * The failure of a request, without secrets: addresses of tasks hold their
 * tokens, and servers may repeat the credential in a status or a redirect.
 */
function shownFailure(
  cause: unknown,
  redact: (text: string) => string,
): DAPException {
  const shown = redactError(cause, redact);
  if (shown === cause && cause instanceof DAPException) return cause;
  const words = shown instanceof Error ? shown.message : String(shown ?? "");
  const { code, retryable, hint } = cause instanceof DAPException
    ? cause
    : { code: undefined, retryable: true, hint: undefined };
  return new ConnectionException(words || "Request failed", {
    sent: true,
    retryable,
    hint,
    cause: shown,
    ...(code && { code }),
  });
}

function bytesOf(data: unknown): Uint8Array | undefined {
  if (typeof data === "string") return encodeUtf8(data);
  return data instanceof Uint8Array ? data.slice() : undefined;
}
