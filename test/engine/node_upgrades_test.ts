// deno-lint-ignore no-external-import -- a server of Node is what is tested
import { createServer } from "node:http";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import {
  type NodeServer,
  nodeUpgrades,
} from "../../lib/engine/serve/listen/node_upgrades.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { fakeClock } from "../support/fake_clock.ts";
import { rawHandshake } from "../support/raw_handshake.ts";
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
