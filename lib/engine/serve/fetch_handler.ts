import type { Peer } from "../../transport/memory.ts";
import { authenticate } from "../access/authenticate.ts";
import type { Core } from "../core.ts";
import type { Connection } from "./connection.ts";
import { serveSocket } from "./serve_socket.ts";
import { platformUpgrade } from "./upgrade.ts";

const SERVICE_PATH = "/task/service";

/**
 * Make the handler for HTTP requests to an engine.
 *
 * @param core The engine.
 * @param connect Makes the connection behind a socket.
 * @returns A handler for `Deno.serve` and its like.
 */
export function fetchHandler(
  core: Core,
  connect: (peer: Peer) => Connection,
): (request: Request) => Response {
  return (request) => {
    if (new URL(request.url).pathname !== SERVICE_PATH) {
      return knownCaller(core, request)
        ? json(404, { detail: "Not Found" })
        : json(401, { status: "Error", error: { error: "Access denied" } });
    }
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return json(426, { detail: "Upgrade Required" }, {
        upgrade: "websocket",
        connection: "upgrade",
      });
    }
    const upgrade = core.settings.upgrade ?? platformUpgrade();
    if (!upgrade) {
      const detail = "This platform needs the engine's option 'upgrade'";
      return json(501, { detail });
    }
    try {
      const { socket, response } = upgrade(request);
      serveSocket(socket, connect);
      return response;
    } catch {
      // Not a proper handshake; the platform's text would name its internals.
      return json(400, { detail: "Bad Request" });
    }
  };
}

/** Strangers do not learn which paths there are (protocol §10.1). */
function knownCaller(core: Core, request: Request): boolean {
  try {
    authenticate(core, request.headers.get("authorization"), false);
    return true;
  } catch {
    return false;
  }
}

function json(
  status: number,
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}
