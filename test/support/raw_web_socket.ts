/**
 * A WebSocket server made of bytes, for what a proper one never does: say
 * nothing, answer the upgrade and speak in one packet, ignore a close, cut a
 * frame in two, die without a word.
 */
export interface RawServer extends AsyncDisposable {
  /** The address for `connect`. */
  readonly uri: string;
  /** The next client's connection; nothing has been read from it. */
  accept(): Promise<RawLine>;
}

/** A frame as it came from the client, unmasked. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** One TCP connection of a raw server. */
export interface RawLine {
  /** The head of the HTTP request. */
  head(): Promise<string>;
  /** Take the upgrade, and send frames in the same packet as the 101. */
  upgrade(...frames: Uint8Array[]): Promise<void>;
  /** Send bytes as they are. */
  write(...frames: Uint8Array[]): Promise<void>;
  /** The next frame of the client; `undefined` when it has hung up. */
  read(): Promise<RawFrame | undefined>;
  /** Hang up without a close frame. */
  hangUp(): void;
}

/** Opcodes of RFC 6455, §5.2. */
export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9 } as const;

/** A whole frame of a server. */
export function rawFrame(
  opcode: number,
  payload: string | Uint8Array = "",
): Uint8Array {
  const bytes = typeof payload === "string"
    ? new TextEncoder().encode(payload)
    : payload;
  const { length } = bytes;
  const size = length < 126
    ? [length]
    : length < 65_536
    ? [126, length >> 8, length & 0xff]
    : [
      127,
      0,
      0,
      0,
      0,
      ...[24, 16, 8, 0].map((shift) => (length >> shift) & 0xff),
    ];
  return joined([Uint8Array.of(0x80 | opcode, ...size), bytes]);
}

/** A close frame with a code and a reason. */
export function closeFrame(code: number, reason = ""): Uint8Array {
  const text = new TextEncoder().encode(reason);
  return rawFrame(OPCODE.close, Uint8Array.of(code >> 8, code & 0xff, ...text));
}

/** Listen on a free port of this machine. */
export function rawServer(): RawServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: Line[] = [];
  return {
    uri: `ws://127.0.0.1:${listener.addr.port}`,
    async accept(): Promise<RawLine> {
      const line = new Line(await listener.accept());
      lines.push(line);
      return line;
    },
    [Symbol.asyncDispose](): Promise<void> {
      for (const line of lines) line.hangUp();
      listener.close();
      return Promise.resolve();
    },
  };
}

class Line implements RawLine {
  readonly #conn: Deno.TcpConn;
  #over = false;
  #unread: Uint8Array = new Uint8Array(0);
  #head: Promise<string> | undefined;

  constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  head(): Promise<string> {
    return this.#head ??= this.#readHead();
  }

  async upgrade(...frames: Uint8Array[]): Promise<void> {
    const request = await this.head();
    const [, key = ""] = /sec-websocket-key: (\S+)/i.exec(request) ?? [];
    const head = "HTTP/1.1 101 Switching Protocols\r\n" +
      "Upgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${await acceptKey(key)}\r\n\r\n`;
    await this.write(new TextEncoder().encode(head), ...frames);
  }

  async write(...frames: Uint8Array[]): Promise<void> {
    let rest = joined(frames);
    while (rest.length > 0) {
      rest = rest.subarray(await this.#conn.write(rest));
    }
  }

  async read(): Promise<RawFrame | undefined> {
    const start = await this.#take(2);
    if (!start) return undefined;
    const short = start[1]! & 0x7f;
    const sizeBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = await this.#take(sizeBytes);
    const length = sizeBytes === 0
      ? short
      : size!.reduce((sum, byte) => sum * 256 + byte, 0);
    const mask = await this.#take(4);
    const masked = await this.#take(length);
    return {
      opcode: start[0]! & 0x0f,
      payload: masked!.map((byte, at) => byte ^ mask![at % 4]!),
    };
  }

  hangUp(): void {
    if (this.#over) return;
    this.#over = true;
    this.#conn.close();
  }

  async #readHead(): Promise<string> {
    for (;;) {
      const text = new TextDecoder().decode(this.#unread);
      const end = text.indexOf("\r\n\r\n");
      if (end >= 0) {
        this.#unread = this.#unread.subarray(end + 4);
        return text.slice(0, end);
      }
      if (!await this.#more()) throw new Error("Client hung up");
    }
  }

  async #take(count: number): Promise<Uint8Array | undefined> {
    while (this.#unread.length < count) {
      if (!await this.#more()) return undefined;
    }
    const taken = this.#unread.slice(0, count);
    this.#unread = this.#unread.subarray(count);
    return taken;
  }

  async #more(): Promise<boolean> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      const count = await this.#conn.read(buffer);
      if (count === null) return false;
      this.#unread = joined([this.#unread, buffer.subarray(0, count)]);
      return true;
    } catch {
      // The client's death looks different from case to case; it is one.
      return false;
    }
  }
}

async function acceptKey(key: string): Promise<string> {
  const text = `${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-1", bytes);
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(
    parts.reduce((sum, part) => sum + part.length, 0),
  );
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
