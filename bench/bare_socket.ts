/**
 * How a bare frame of 1 to 64 KiB is kept from stalling. Deno's WebSocket
 * client writes header and payload of such a frame apart, and the second part
 * waits 44 ms for a delayed acknowledgement on loopback.
 *
 * - `raw`: nothing is done about it
 * - `padded`: blanks after the JSON header fill the frame up to 64 KiB
 * - `small`: the payload is cut into frames that stay below the limit
 */
export type Framing = "raw" | "padded" | "small";

const PADDED_BYTES = 64 * 1024;
const SMALL_PAYLOAD_BYTES = 800;

/** The part of a reply that the benchmarks read. */
export interface Reply {
  /** The result of the command. */
  readonly body?: {
    readonly handle?: string;
    readonly pipe_id?: number;
    readonly size?: number;
    readonly token?: string;
  };
}

/**
 * What one would write with a WebSocket and nothing else: the yardstick. It
 * sends the same frames as the library, checks nothing, limits nothing and
 * recovers from nothing.
 */
export class BareSocket {
  readonly #socket: WebSocket;
  readonly #waiting: Map<number, (reply: Reply) => void> = new Map();
  readonly #encoder = new TextEncoder();
  #seq = 0;
  /** Called for each event. */
  onEvent: ((event: { event: string }) => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(headerOf(data));
      if (message.type !== "response") return this.onEvent?.(message);
      this.#waiting.get(message.request_seq)?.(message);
      this.#waiting.delete(message.request_seq);
    };
  }

  /** Open a socket and log in. */
  static async open(uri: string): Promise<BareSocket> {
    const socket = new WebSocket(`${uri}/task/service`);
    socket.binaryType = "arraybuffer";
    const bare = new BareSocket(socket);
    await new Promise((resolve) => socket.onopen = resolve);
    await bare.ask("auth", {
      auth: "bench",
      clientName: "rocketride-streams",
      clientVersion: "0.1.0",
    });
    return bare;
  }

  /** One request, one reply. */
  ask(command: string, args: object, token?: string): Promise<Reply> {
    const seq = ++this.#seq;
    return new Promise((resolve) => {
      this.#waiting.set(seq, resolve);
      this.#socket.send(JSON.stringify(request(seq, command, args, token)));
    });
  }

  /** One request with payload, one reply. */
  write(
    command: string,
    args: object,
    payload: Uint8Array,
    token?: string,
    padTo = 0,
  ): Promise<Reply> {
    const seq = ++this.#seq;
    const header = this.#encoder.encode(
      JSON.stringify(request(seq, command, args, token)),
    );
    const frame = new Uint8Array(
      Math.max(header.length + 1 + payload.length, padTo),
    );
    frame.fill(0x20);
    frame.set(header);
    frame[frame.length - payload.length - 1] = 0x0a;
    frame.set(payload, frame.length - payload.length);
    return this.resend(frame, seq);
  }

  /** Send a frame that was made beforehand; `seq` is what its header says. */
  resend(frame: Uint8Array<ArrayBuffer>, seq: number): Promise<Reply> {
    return new Promise((resolve) => {
      this.#waiting.set(seq, resolve);
      this.#socket.send(frame);
    });
  }

  /** Open a pipe for bytes; returns its number. */
  async openPipe(token: string, size?: number): Promise<number> {
    const object = { objectId: crypto.randomUUID(), size };
    const mimeType = "application/octet-stream";
    const args = { subcommand: "open", object, mimeType, token };
    const { body } = await this.ask("rrext_process", args, token);
    return body?.pipe_id ?? -1;
  }

  /** A pipe with one write: three requests, one after the other. */
  async send(
    token: string,
    data: Uint8Array,
    framing: Framing = "raw",
  ): Promise<void> {
    const pipe_id = await this.openPipe(token, data.length);
    const writing = { subcommand: "write", pipe_id, token };
    const most = framing === "small" ? SMALL_PAYLOAD_BYTES : data.length;
    const padTo = framing === "padded" ? PADDED_BYTES : 0;
    for (let at = 0; at < data.length; at += most) {
      const part = data.subarray(at, at + most);
      await this.write("rrext_process", writing, part, token, padTo);
    }
    await this.closePipe(token, pipe_id);
  }

  /** Close a pipe. */
  async closePipe(token: string, pipe_id: number): Promise<void> {
    const closing = { subcommand: "close", pipe_id, token };
    await this.ask("rrext_process", closing, token);
  }

  /** Close the socket, and wait until it is closed. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.close();
    await closed;
  }
}

/** A whole request with payload as a binary frame that can be sent again. */
export function requestFrame(
  command: string,
  args: object,
  payloadBytes: number,
  seq: number,
): Uint8Array<ArrayBuffer> {
  const text = JSON.stringify(request(seq, command, args));
  const header = new TextEncoder().encode(`${text}\n`);
  const frame = new Uint8Array(header.length + payloadBytes);
  frame.set(header);
  return frame;
}

function request(
  seq: number,
  command: string,
  args: object,
  token?: string,
): object {
  const named = token === undefined ? {} : { token };
  return { type: "request", seq, command, ...named, arguments: args };
}

/** The JSON of a frame; its payload is ignored. */
function headerOf(data: string | ArrayBuffer): string {
  if (typeof data === "string") return data;
  const bytes = new Uint8Array(data);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10)));
}
