import { deferred } from "../../lib/async.ts";
import type { CloseInfo } from "../../lib/transport/transport.ts";
import type {
  EventMessage,
  Message,
  RequestMessage,
} from "../../schema/envelope.ts";

/** One accepted line, as the server sees it. */
export interface ScriptedLine {
  /** What arrived on this line, in order. */
  readonly requests: readonly RequestMessage[];
  /** Settles when the line has ended, with the code that the server saw. */
  readonly closed: Promise<CloseInfo>;
  /** Send any message; `arguments.data` travels as binary payload. */
  send(message: Message): void;
  /** Send a frame as it is: text or bytes, well-formed or not. Sockets only. */
  raw(frame: string | Uint8Array<ArrayBuffer>): void;
  /** Answer a request with success; without a body where none is given. */
  reply(request: Asked, body?: Body): void;
  /** Answer a request with a refusal. */
  refuse(request: Asked, message?: string): void;
  /** Emit an event. */
  event(event: string, body?: Body): void;
  /** End the line. Over a socket the code must be 1000 or 3000–4999. */
  close(code?: number, reason?: string): void;
  /** From now on hear everything and answer nothing. */
  mute(): void;
}

/** A JSON object. */
export type Body = Readonly<Record<string, unknown>>;
type Asked = Pick<RequestMessage, "seq" | "command">;

/** Returned by a handler that does not answer, or has done so by itself. */
export const SILENCE: unique symbol = Symbol("silence");

/** What a handler answers: a body, success without one, or nothing at all. */
export type Answer = Body | undefined | void | typeof SILENCE;

/**
 * Answers the requests of one command. What it throws becomes a refusal with
 * the error's message; a promise delays the answer.
 */
export type Handler = (
  request: RequestMessage,
  line: ScriptedLine,
) => Answer | Promise<Answer>;

/** Handlers by command, or by `"command subcommand"`, which wins. */
export type Script = Readonly<Record<string, Handler>>;

/** What a frame consists of before it is written. */
export interface Outgoing {
  readonly message: Message;
  readonly payload: Uint8Array<ArrayBuffer> | undefined;
}

/** What carries a line: a memory peer or a socket. */
export interface Wire {
  send(outgoing: Outgoing): void;
  raw?(frame: string | Uint8Array<ArrayBuffer>): void;
  close(code: number, reason: string): void;
}

/** The server's end of a line, driven by a script. */
export class Line implements ScriptedLine {
  readonly requests: RequestMessage[] = [];
  readonly #wire: Wire;
  readonly #script: Script;
  readonly #heard: (request: RequestMessage) => void;
  readonly #closed = deferred<CloseInfo>();
  #over = false;
  #muted = false;
  #seq = 0;

  constructor(
    wire: Wire,
    script: Script,
    heard: (request: RequestMessage) => void,
  ) {
    this.#wire = wire;
    this.#script = script;
    this.#heard = heard;
  }

  get closed(): Promise<CloseInfo> {
    return this.#closed.promise;
  }

  send(message: Message): void {
    if (this.#over) return;
    const { data, ...rest } = argumentsOf(message);
    if (!(data instanceof Uint8Array)) {
      return this.#wire.send({ message, payload: undefined });
    }
    this.#wire.send({
      message: { ...message, arguments: rest } as Message,
      payload: new Uint8Array(data),
    });
  }

  raw(frame: string | Uint8Array<ArrayBuffer>): void {
    if (!this.#wire.raw) throw new TypeError("Memory lines have no frames");
    this.#wire.raw(frame);
  }

  reply({ seq, command }: Asked, body?: Body): void {
    this.send({
      type: "response",
      seq: ++this.#seq,
      request_seq: seq,
      command,
      success: true,
      ...(body ? { body } : {}),
    });
  }

  refuse({ seq, command }: Asked, message = "Refused"): void {
    this.send({
      type: "response",
      seq: ++this.#seq,
      request_seq: seq,
      command,
      success: false,
      message,
      trace: { file: "scripted_server.ts", lineno: 1 },
    });
  }

  event(event: string, body: Body = {}): void {
    this.send({ type: "event", seq: ++this.#seq, event, body } as EventMessage);
  }

  close(code = 1000, reason = ""): void {
    if (this.#over) return;
    this.#over = true;
    this.#wire.close(code, reason);
  }

  mute(): void {
    this.#muted = true;
  }

  ended(info: CloseInfo): void {
    this.#over = true;
    this.#closed.resolve(info);
  }

  receive(message: Message): void {
    if (message.type !== "request") return;
    this.requests.push(message);
    this.#heard(message);
    this.#answer(message);
  }

  async #answer(request: RequestMessage): Promise<void> {
    const handler = this.#handler(request);
    try {
      if (!handler) throw new Error(`Invalid command: ${request.command}`);
      const answer = handler(request, this);
      // Only a promise costs a turn, so that answers keep their order.
      const body = answer instanceof Promise ? await answer : answer;
      if (body !== SILENCE && !this.#muted) this.reply(request, body as Body);
    } catch (error) {
      if (!this.#muted) this.refuse(request, (error as Error).message);
    }
  }

  #handler(request: RequestMessage): Handler | undefined {
    if (this.#muted) return () => SILENCE;
    const { subcommand } = argumentsOf(request);
    return this.#script[`${request.command} ${subcommand}`] ??
      this.#script[request.command];
  }
}

/** The arguments of a message; empty where it has none. */
export function argumentsOf(message: Message): Body {
  return ("arguments" in message ? message.arguments : undefined) ?? {};
}
