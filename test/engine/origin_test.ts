import { assertEquals } from "@std/assert";
import { createEngine } from "../../lib/engine/engine.ts";
import type { EngineOptions } from "../../lib/engine/settings.ts";

const LOOPBACK = "127.0.0.1";
const ELSEWHERE = "192.0.2.7";
const PAGE = "https://app.example.com";

/** What a request is made of. */
interface Asked {
  readonly host: string;
  readonly origin?: string;
  /** Where it comes from; the platform does not tell it when absent. */
  readonly from?: string;
}

/** The status of an answer: for the routes of HTTP, and for a socket. */
async function statuses(
  { host, origin, from }: Asked,
  options: EngineOptions = {},
): Promise<readonly number[]> {
  const engine = createEngine({
    ...options,
    upgrade: () => {
      const socket = Object.assign(new EventTarget(), {
        readyState: 1,
        close(): void {},
      });
      const response = new Response(null, { status: 202 });
      return { socket: socket as unknown as WebSocket, response };
    },
  });
  const info = from === undefined ? {} : { remoteAddr: { hostname: from } };
  const ask = async (path: string, more: object): Promise<number> => {
    const headers = { host, ...(origin && { origin }), ...more };
    const request = new Request(`http://localhost${path}`, { headers });
    const response = await engine.fetch(request, info);
    await response.body?.cancel();
    return response.status;
  };
  const answered = [
    await ask("/version", {}),
    await ask("/task/service", { upgrade: "websocket" }),
  ];
  await engine.close();
  return answered;
}

const ALLOWED = [200, 202];
const REFUSED = [403, 403];

Deno.test("without keys, a name that somebody points at this machine is refused", async () => {
  for (const host of ["evil.test", "evil.test:5565", "192.0.2.7", "10.0.0.1"]) {
    assertEquals(await statuses({ host, from: LOOPBACK }), REFUSED, host);
    const origin = `http://${host}`;
    assertEquals(await statuses({ host, origin, from: "::1" }), REFUSED, host);
    const mapped = `::ffff:${LOOPBACK}`;
    assertEquals(await statuses({ host, origin, from: mapped }), REFUSED, host);
  }
});

Deno.test("without keys, this machine is reached under each of its names", async () => {
  const names = ["localhost", "LOCALHOST:1", "a.localhost", "127.0.0.1:5565"];
  for (const host of [...names, "127.1.2.3", "[::1]", "[::1]:5565", ""]) {
    assertEquals(await statuses({ host, from: LOOPBACK }), ALLOWED, host);
  }
});

Deno.test("an engine that others reach has the names that they give it", async () => {
  const host = "engine.lan:5565";
  assertEquals(await statuses({ host, from: ELSEWHERE }), ALLOWED);
  assertEquals(await statuses({ host }), ALLOWED);
  const origin = `http://${host}`;
  assertEquals(await statuses({ host, origin, from: ELSEWHERE }), ALLOWED);
  const evil = { host, origin: "http://evil.test", from: ELSEWHERE };
  assertEquals(await statuses(evil), REFUSED);
});

Deno.test("a listed origin may also be the name of the engine", async () => {
  const asked = { host: "app.example.com", origin: PAGE, from: LOOPBACK };
  assertEquals(await statuses(asked), REFUSED);
  assertEquals(await statuses(asked, { corsOrigins: [PAGE] }), ALLOWED);
});

Deno.test("with keys, names do not matter, and origins only where they are listed", async () => {
  const auth = ["key"];
  const asked = { host: "evil.test", origin: PAGE, from: LOOPBACK };
  assertEquals(await statuses(asked, { auth }), ALLOWED);
  assertEquals(await statuses(asked, { auth, corsOrigins: [PAGE] }), ALLOWED);
  assertEquals(await statuses(asked, { auth, corsOrigins: [] }), REFUSED);
});

Deno.test("a header Host that is no host is answered with 400", async () => {
  const hosts = ["a b", "a/b", "[", "user@h", "h:x", "\xe4", "a\tb", "h:99999"];
  for (const host of hosts) {
    assertEquals(await statuses({ host }), [400, 400], host);
  }
});

Deno.test("a request whose address cannot be read is answered with 400", async () => {
  const engine = createEngine();
  const odd = {
    headers: new Headers(),
    method: "GET",
    get url(): string {
      throw new TypeError("Invalid URL");
    },
  };
  const response = await engine.fetch(odd as Request);
  assertEquals(response.status, 400);
  assertEquals(await response.json(), { detail: "Bad Request" });
  await engine.close();
});
