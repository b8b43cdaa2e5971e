/** A client's end of a WebSocket, made of bytes. */
export interface RawHandshake extends AsyncDisposable {
  /** Read whatever comes next; `undefined` when the server has hung up. */
  read(): Promise<Uint8Array | undefined>;
  /** Read until a text has come; answers everything up to there. */
  until(text: string): Promise<string>;
  /** Say goodbye, and wait until the server has hung up. */
  goodbye(): Promise<void>;
}

/**
 * Ask a server for a WebSocket and send frames in the same packet, without
 * waiting for its word.
 *
 * @param uri The server, with `http:`.
 * @param texts The frames.
 */
export async function rawHandshake(
  uri: string,
  ...texts: string[]
): Promise<RawHandshake> {
  const { hostname, port, host } = new URL(uri);
  const conn = await Deno.connect({ hostname, port: Number(port) });
  const head = [
    "GET /task/service HTTP/1.1",
    `Host: ${host}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  ];
  const request = new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`);
  const packet = [...request, ...texts.flatMap((text) => [...masked(text)])];
  await conn.write(Uint8Array.from(packet));
  const buffer = new Uint8Array(1024 * 1024);

  async function read(): Promise<Uint8Array | undefined> {
    const count = await conn.read(buffer).catch(() => null);
    return count === null ? undefined : buffer.slice(0, count);
  }

  return {
    read,
    async until(text): Promise<string> {
      let heard = "";
      while (!heard.includes(text)) {
        const part = await read();
        if (!part) throw new Error(`It hung up, saying ${heard}`);
        heard += new TextDecoder().decode(part);
      }
      return heard;
    },
    async goodbye(): Promise<void> {
      await conn.write(Uint8Array.of(0x88, 0x80, 0, 0, 0, 0));
      while (await read());
    },
    [Symbol.asyncDispose](): Promise<void> {
      conn.close();
      return Promise.resolve();
    },
  };
}

/** A text frame of a client with a mask of zeros, which changes nothing. */
function masked(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const { length } = bytes;
  const size = length < 126
    ? [0x80 | length]
    : [0x80 | 126, length >> 8, length & 0xff];
  return Uint8Array.of(0x81, ...size, 0, 0, 0, 0, ...bytes);
}
