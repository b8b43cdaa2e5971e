import {
  type CuttingRelay,
  cuttingRelay,
  type Manner,
  type Moment,
} from "../../support/cutting_relay.ts";
import { rawServer } from "../../support/raw_web_socket.ts";
import type { Gates } from "./gates.ts";
import { forAnyOrigin, listen, type Listening } from "./listen.ts";
import { misbehave } from "./misbehave.ts";

/**
 * Serve what goes wrong, and what makes it go wrong on command.
 *
 * - `GET /places`: where {@linkcode misbehave} is served, and a port where
 *   nobody listens
 * - `POST /relay`: a new relay to the engine, as `{ id, uri }`
 * - `POST /relay/cut?id=&command=&moment=&manner=`: cut its line then
 * - `POST /relay/cut-all?id=`: cut its lines now
 * - `POST /relay/refuse?id=`: answer its next dial with 503
 * - `GET /relay/dials?id=`: how often it was dialled
 * - `GET /asked?name=`: how many requests were refused that were no handshakes
 * - `GET /gate/reached?name=`, `POST /gate/open?name=`: see {@linkcode Gates}
 */
export function serveFaults(engine: string, gates: Gates): Listening {
  const relays = new Map<string, CuttingRelay>();
  const raw = rawServer();
  const asked = new Map<string, number>();
  misbehave(raw, asked);

  async function makeRelay(): Promise<Response> {
    const id = crypto.randomUUID();
    const relay = await cuttingRelay(engine);
    relays.set(id, relay);
    return Response.json({ id, uri: relay.uri });
  }

  async function answer(_: Request, url: URL): Promise<Response> {
    const { pathname, searchParams: query } = url;
    const name = query.get("name") ?? "";
    switch (pathname) {
      case "/places":
        return Response.json({ raw: raw.uri, closed: closedPort() });
      case "/relay":
        return await makeRelay();
      case "/gate/reached":
        await gates.reached(name);
        return Response.json({});
      case "/asked":
        return Response.json({ asked: asked.get(name) ?? 0 });
      case "/gate/open":
        gates.open(name);
        return Response.json({});
    }
    const relay = relays.get(query.get("id") ?? "");
    if (!relay) return new Response("Nothing is here", { status: 404 });
    switch (pathname) {
      case "/relay/cut":
        relay.cut(
          query.get("command") ?? "",
          query.get("moment") as Moment,
          query.get("manner") as Manner,
        );
        break;
      case "/relay/cut-all":
        relay.cutAll();
        break;
      case "/relay/refuse":
        relay.refuseDial();
    }
    return Response.json({ dials: relay.dials });
  }

  const control = listen(forAnyOrigin(answer));
  return {
    origin: control.origin,
    async close(): Promise<void> {
      await control.close();
      await raw[Symbol.asyncDispose]();
      for (const relay of relays.values()) await relay[Symbol.asyncDispose]();
    },
  };
}

/** An address that was free a moment ago. */
function closedPort(): string {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return `ws://127.0.0.1:${listener.addr.port}`;
}
