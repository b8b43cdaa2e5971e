/**
 * What one would write with a WebSocket and nothing else: the yardstick. It
 * checks nothing, survives nothing, and knows no limits.
 */
export class BareSocket {
  readonly #socket: WebSocket;
  readonly #waiting: Map<number, (reply: Reply) => void> = new Map();
  #seq = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const reply = JSON.parse(headerOf(data));
      if (reply.type !== "response") return;
      this.#waiting.get(reply.request_seq)?.(reply);
      this.#waiting.delete(reply.request_seq);
    };
  }

  /** Open a socket and log in. */
  static async open(uri: string): Promise<BareSocket> {
    const socket = new WebSocket(`${uri}/task/service`);
    socket.binaryType = "arraybuffer";
    await new Promise((resolve) => socket.onopen = resolve);
    const bare = new BareSocket(socket);
    await bare.ask("auth", { auth: "bench" });
    return bare;
  }

  /** One request, one reply. */
  ask(command: string, args: object): Promise<Reply> {
    const seq = ++this.#seq;
    return new Promise((resolve) => {
      this.#waiting.set(seq, resolve);
      this.#socket.send(
        JSON.stringify({ type: "request", seq, command, arguments: args }),
      );
    });
  }

  /** One request with payload, one reply; the frame is made once and reused. */
  write(frame: Uint8Array<ArrayBuffer>, seq: number): Promise<Reply> {
    return new Promise((resolve) => {
      this.#waiting.set(seq, resolve);
      this.#socket.send(frame);
    });
  }

  /** Open a pipe for bytes; returns its number. */
  async openPipe(token: string): Promise<number> {
    const mimeType = "application/octet-stream";
    const opening = { subcommand: "open", object: {}, mimeType, token };
    const { body } = await this.ask("rrext_process", opening);
    return body?.pipe_id ?? -1;
  }

  /** A pipe with one write: three requests, one after the other. */
  async send(token: string, payloadBytes: number): Promise<void> {
    const pipe_id = await this.openPipe(token);
    const seq = ++this.#seq;
    await this.write(
      writeFrame({ token, pipe_id }, payloadBytes, seq),
      seq,
    );
    await this.closePipe(token, pipe_id);
  }

  /** Close a pipe. */
  async closePipe(token: string, pipe_id: number): Promise<void> {
    const closing = { subcommand: "close", pipe_id, token };
    await this.ask("rrext_process", closing);
  }

  /** Hang up. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

/** The part of a reply that the benchmarks read. */
export interface Reply {
  /** The result. */
  readonly body?: {
    readonly handle?: string;
    readonly pipe_id?: number;
    readonly size?: number;
    readonly token?: string;
  };
}

/** The JSON of a frame; a payload is left alone. */
function headerOf(data: string | ArrayBuffer): string {
  if (typeof data === "string") return data;
  const bytes = new Uint8Array(data);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10)));
}

/** A whole write request as a binary frame. */
export function writeFrame(
  args: { token: string; pipe_id: number },
  payloadBytes: number,
  seq: number,
): Uint8Array<ArrayBuffer> {
  const writing = { subcommand: "write", ...args };
  return requestFrame("rrext_process", writing, payloadBytes, seq);
}

/** A whole request with payload as a binary frame. */
export function requestFrame(
  command: string,
  args: object,
  payloadBytes: number,
  seq: number,
): Uint8Array<ArrayBuffer> {
  const request = { type: "request", seq, command, arguments: args };
  const header = new TextEncoder().encode(`${JSON.stringify(request)}\n`);
  const frame = new Uint8Array(header.length + payloadBytes);
  frame.set(header);
  return frame;
}
