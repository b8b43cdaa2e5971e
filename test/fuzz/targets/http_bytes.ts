import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../../../lib/engine/engine.ts";
import { serveEngine } from "../../../lib/engine/mod.ts";
import { rawSocket } from "../../support/raw_client.ts";
import type { FuzzRig, FuzzTarget } from "../fuzz_target.ts";
import { bytesOf, type Json, mutateBytes } from "../mutate.ts";

const PIECES = [
  "\r\n",
  "\n",
  "\r\n\r\n",
  " HTTP/1.1\r\n",
  "\r\nContent-Length: 5",
  "\r\nContent-Length: -1",
  "\r\nTransfer-Encoding: chunked",
  "\r\nTransfer-Encoding: gzip, chunked",
  "\r\n0\r\n\r\n",
  "ffffffffffffffff\r\n",
  "\r\nExpect: 100-continue",
  "\r\nConnection: close",
  "\r\nUpgrade: websocket",
  "\x81\xfe\xff\xff",
  "\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff",
  "\x88\x80\0\0\0\0",
  "\x89\xfe\x01\0",
  "\xc1\x85",
];

/**
 * Bytes that come over the network to a served engine: requests and frames of
 * sockets, whole and broken. Whatever comes, the next request is answered, and
 * so is a session that has been there all the time; no answer shows a place in
 * the sources.
 */
export const httpBytes: FuzzTarget = {
  name: "http_bytes",
  share: 400,
  weight: 10,
  mutate: (random, entry): Json => mutateBytes(random, entry as string, PIECES),
  async open(): Promise<FuzzRig> {
    const engine = createEngine({
      auth: ["secret"],
      maxUnauthenticated: 1_000,
    });
    const server = await serveEngine(engine);
    const rig = await bytesRig(server.uri);
    return {
      run: rig.run,
      async [Symbol.asyncDispose](): Promise<void> {
        await rig[Symbol.asyncDispose]();
        await server.close();
        await engine.close();
      },
    };
  },
};

/** Send bytes to a server that is already there. */
export async function bytesRig(uri: string): Promise<FuzzRig> {
  const { hostname, port, host } = new URL(uri);
  const session = await rawSocket(`${uri.replace("http", "ws")}/task/service`);
  await session.ok("auth", { auth: "secret" });

  async function run(entry: Json): Promise<void> {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const answer = readAll(connection);
    try {
      const bytes = bytesOf((entry as string).replaceAll("$HOST", host));
      await sendAll(connection, bytes);
      const version = await fetch(`${uri}/version`);
      assertEquals((await version.json()).status, "OK");
      await session.ok("rrext_ping");
    } finally {
      connection.close();
    }
    const text = await answer;
    assert(!/\.(?:ts|mjs|js):\d+:\d+|node_modules/.test(text), text);
  }

  return { run, [Symbol.asyncDispose]: () => session.close() };
}

/** Send until the server wants no more. */
async function sendAll(
  connection: Deno.Conn,
  bytes: Uint8Array,
): Promise<void> {
  try {
    for (let sent = 0; sent < bytes.length;) {
      sent += await connection.write(bytes.subarray(sent));
    }
  } catch {
    // It has closed the connection.
  }
}

/** What comes until the connection ends, at either side. */
async function readAll(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  const decoder = new TextDecoder("latin1");
  let text = "";
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) return text;
      text += decoder.decode(buffer.subarray(0, count));
    }
  } catch {
    return text;
  }
}
