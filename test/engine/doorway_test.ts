import { assertEquals, assertNotEquals } from "@std/assert";
import { addressOf } from "../../lib/engine/access/admission.ts";
import { UnauthenticatedLimit } from "../../lib/engine/access/admission.ts";
import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";
import { withServedEngine } from "../support/served_engine.ts";

const REQUEST = new Request("http://localhost/task/service");

Deno.test("only so many sockets of each address are let in", () => {
  const limit = new UnauthenticatedLimit(2);
  const first = limit.enter("a");
  assertNotEquals(limit.enter("a"), undefined);
  assertEquals(limit.enter("a"), undefined);
  assertNotEquals(limit.enter("b"), undefined);
  // Leaving twice makes room once.
  first?.();
  first?.();
  assertNotEquals(limit.enter("a"), undefined);
  assertEquals(limit.enter("a"), undefined);
});

Deno.test("addresses are read as Deno and Bun tell them", () => {
  const remoteAddr = { transport: "tcp", hostname: "10.0.0.1", port: 5 };
  assertEquals(addressOf(REQUEST, { remoteAddr }), "10.0.0.1");
  const requestIP = (request: Request): unknown =>
    request === REQUEST ? { address: "10.0.0.2", port: 5 } : null;
  assertEquals(addressOf(REQUEST, { requestIP }), "10.0.0.2");
  assertEquals(addressOf(REQUEST, { requestIP: () => null }), "");
  for (const info of [undefined, null, {}, { remoteAddr: { path: "/x" } }]) {
    assertEquals(addressOf(REQUEST, info), "");
  }
});

Deno.test("sockets beyond the limit that have not logged in get 403", async () => {
  await withServedEngine(
    { maxUnauthenticated: 2 },
    async ({ dial, origin }) => {
      const refused = async (): Promise<number> => {
        const response = await fetch(`${origin}/task/service`, {
          headers: UPGRADE,
        });
        await response.body?.cancel();
        return response.status;
      };
      const first = await dial();
      const second = await dial();
      assertEquals(await refused(), 403);
      // A login makes room, and so does an end.
      await first.ok("auth", { auth: "key" });
      await dial();
      assertEquals(await refused(), 403);
      await second.fails("rrext_ping");
      await second.ended;
      const last = await dial();
      assertEquals(await last.ok("rrext_public_probe").then(() => 1), 1);
    },
  );
});

/** What a browser sends; the handshake is never finished where it is refused. */
const UPGRADE: Readonly<Record<string, string>> = {
  upgrade: "websocket",
  connection: "upgrade",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

Deno.test("where addresses are not told, all sockets count together", async () => {
  const sockets: EventTarget[] = [];
  let works = false;
  const upgrade: EngineOptions["upgrade"] = () => {
    // A handshake that fails takes up no room.
    if (!works) throw new TypeError("No handshake");
    const socket = Object.assign(new EventTarget(), {
      binaryType: "",
      readyState: 1,
      bufferedAmount: 0,
      send(): void {},
      close(): void {},
    });
    sockets.push(socket);
    const response = new Response();
    return { socket: socket as unknown as WebSocket, response };
  };
  const engine = createEngine({ maxUnauthenticated: 1, upgrade });
  const dial = async (): Promise<number> => {
    const url = "http://localhost/task/service";
    const request = new Request(url, { headers: UPGRADE });
    return (await engine.fetch(request)).status;
  };
  assertEquals([await dial(), await dial()], [400, 400]);
  works = true;
  assertEquals([await dial(), await dial()], [200, 403]);
  sockets[0]?.dispatchEvent(new Event("close"));
  assertEquals(await dial(), 200);
  await engine.close();
});
