import { assert, assertEquals } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { BunSocket, bunWebSocket } from "../../lib/engine/serve/upgrade.ts";
import type { Message } from "../../schema/envelope.ts";

/** What Bun gives to its handlers. */
class Peer {
  readonly sent: Message[] = [];
  readonly closes: [number | undefined, string | undefined][] = [];
  readyState = 1;
  buffered = 0;
  readonly data: BunSocket;

  constructor(data: BunSocket) {
    this.data = data;
  }
  send(text: string): number {
    this.sent.push(JSON.parse(text));
    return text.length;
  }
  close(code?: number, reason?: string): void {
    this.closes.push([code, reason]);
    this.readyState = 2;
  }
  getBufferedAmount(): number {
    return this.buffered;
  }
}

function dial(): { engine: ReturnType<typeof createEngine>; peer: Peer } {
  const socket = new BunSocket();
  const response = new Response();
  const engine = createEngine({
    upgrade: () => ({ socket: socket as unknown as WebSocket, response }),
  });
  const headers = { upgrade: "websocket" };
  engine.fetch(new Request("http://h/task/service", { headers }));
  return { engine, peer: new Peer(socket) };
}

function auth(seq: number): string {
  const args = { auth: "key" };
  return JSON.stringify({
    type: "request",
    seq,
    command: "auth",
    arguments: args,
  });
}

Deno.test("a socket of Bun is served from when it opens until it closes", async () => {
  const { engine, peer } = dial();
  assertEquals(peer.data.readyState, 0);
  bunWebSocket.open(peer);
  assertEquals(peer.data.readyState, 1);
  bunWebSocket.message(peer, auth(1));
  bunWebSocket.message(peer, new TextEncoder().encode(auth(2)));
  assertEquals(
    peer.sent.map((message) => "request_seq" in message && message.request_seq),
    [1, 2],
  );
  peer.buffered = 5;
  assertEquals(peer.data.bufferedAmount, 5);
  bunWebSocket.close(peer);
  assertEquals(peer.data.readyState, 3);
  // Nothing is sent to who is gone.
  await engine.close();
  assertEquals(peer.closes, []);
});

Deno.test("an engine that is closed closes the sockets of Bun, open or not yet", async () => {
  const { engine, peer } = dial();
  await engine.close();
  assertEquals(peer.closes, []);
  bunWebSocket.open(peer);
  assertEquals(peer.closes, [[1001, "Engine is closed"]]);
  assert(bunWebSocket.maxPayloadLength < bunWebSocket.backpressureLimit);
});
