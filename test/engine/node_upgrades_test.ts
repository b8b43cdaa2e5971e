// deno-lint-ignore no-external-import -- a server of Node is what is tested
import { createServer } from "node:http";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import { nodeUpgrades } from "../../lib/engine/serve/listen/node_server.ts";
import type { NodeServer } from "../../lib/engine/serve/listen/platform_types.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { rawHandshake } from "../support/raw_handshake.ts";
import { rawRequest } from "../support/raw_request.ts";
import { rawSocket } from "../support/raw_client.ts";

/** Serve an engine's sockets as on Node. */
async function withServer(
  options: EngineOptions,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const engine = createEngine(options);
  const server = createServer();
  const clock = fakeClock();
  const stop = await nodeUpgrades(
    server as unknown as NodeServer,
    engine.fetch,
    clock,
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await test(port);
  stop();
  assertEquals(clock.timers, 0);
  await engine.close();
  await new Promise((resolve) => server.close(resolve));
}

Deno.test("a server of Node carries the sockets of an engine", async () => {
  await withServer({}, async (port) => {
    const client = await rawSocket(`ws://127.0.0.1:${port}/task/service`);
    await client.ok("auth", { auth: "key" });
    await client.ok("rrext_ping");
    await client.close();
    await client.ended;
  });
});

/** The beginning of a binary frame of a client, with its size. */
function frameStart(size: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(14);
  head.set([0x82, 0x80 | 127]);
  new DataView(head.buffer).setBigUint64(2, BigInt(size));
  return head;
}

Deno.test("a server of Node takes no message without end from a stranger", async () => {
  await withServer({}, async (port) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = [
      "GET /task/service HTTP/1.1",
      "Host: localhost",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    const text = `${head.join("\r\n")}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(text));
    await connection.read(new Uint8Array(1024));
    await connection.write(frameStart(240_000_000));
    const chunk = new Uint8Array(64 * 1024);
    let sent = 0;
    try {
      while (sent < 100_000_000) sent += await connection.write(chunk);
    } catch {
      // It has closed the connection.
    }
    assert(sent < 100_000_000, `${sent} bytes were taken`);
    connection.close();
  });
});

Deno.test("a server of Node takes large messages from who has logged in", async () => {
  await withServer({}, async (port) => {
    const client = await rawSocket(`ws://127.0.0.1:${port}/task/service`);
    await client.ok("auth", { auth: "key" });
    const message = { type: "request", seq: 77, command: "rrext_ping" };
    client.post(message, new Uint8Array(4 * 1024 * 1024));
    await client.ok("rrext_ping");
    const answered = client.received.some((it) =>
      it.type === "response" && it.request_seq === 77 && it.success
    );
    assert(answered);
    await client.close();
  });
});

Deno.test("a server of Node answers a host that is none", async () => {
  await withServer({}, async (port) => {
    const answer = await rawRequest(`http://127.0.0.1:${port}`, [
      "GET /task/service HTTP/1.1",
      "Host: a b",
      "Upgrade: websocket",
      "Connection: Upgrade",
    ]);
    assertStringIncludes(answer, "HTTP/1.1 400 ");
  });
});

Deno.test("a server of Node answers what wants another protocol and gets none", async () => {
  await withServer({ maxUnauthenticated: 1 }, async (port) => {
    const uri = `http://127.0.0.1:${port}`;
    const client = await rawSocket(`ws://127.0.0.1:${port}/task/service`);
    await using second = await rawHandshake(uri);
    const answer = new TextDecoder().decode(await second.read());
    assertStringIncludes(answer, "HTTP/1.1 403 ");
    assertStringIncludes(answer, "connection: close");
    assertStringIncludes(answer, "Too many unauthenticated sockets");
    assertEquals(await second.read(), undefined);
    await client.close();
    await client.ended;
  });
});
