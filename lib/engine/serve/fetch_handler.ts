import { ignore } from "../../async.ts";
import { ValidationException } from "../../errors.ts";
import type { Peer } from "../../transport/memory.ts";
import { addressOf, refusedJourney, requestUrl } from "../access/admission.ts";
import type { Core } from "../core.ts";
import type { Upgrade } from "../settings.ts";
import type { Connection } from "./connection.ts";
import { json, type Page } from "./http/route.ts";
import { serveSocket } from "./socket.ts";
import { platformUpgrade } from "./upgrade.ts";

/**
 * What a server of one's own may pass besides a request; Deno's and Bun's own
 * information is understood, too.
 */
export interface FetchInfo {
  /** Where the request came from. */
  readonly remoteAddr?: { readonly hostname: string };
  /** Accepts the request, should it want a WebSocket. */
  readonly acceptWebSocket?: Upgrade;
  /** Answers what no route takes, see {@linkcode ServeOptions.page}. */
  readonly page?: Page | undefined;
}

/** Loaded late: an engine in process has no requests. */
const loadHttp = () => import("./http/serve_http.ts");

const SERVICE_PATH = "/task/service";

/**
 * Make the handler for HTTP requests to an engine. `connect` makes a connection
 * that calls `onLogin` when it has logged in or ended.
 */
export function fetchHandler(
  core: Core,
  connect: (peer: Peer, onLogin: () => void, origin?: string) => Connection,
): (request: Request, info?: unknown) => Response | Promise<Response> {
  const { settings, unauthenticated } = core;

  function accept(
    request: Request,
    address: string,
    origin: string,
    info: FetchInfo,
  ): Response {
    const upgrade = info.acceptWebSocket ?? settings.upgrade ??
      platformUpgrade(info);
    if (!upgrade) {
      const detail = "This platform needs the engine's option 'upgrade'";
      return json(501, { detail });
    }
    const leave = unauthenticated.enter(address);
    if (!leave) {
      return json(403, { detail: "Too many unauthenticated sockets" });
    }
    try {
      const { socket, response, onLogin } = upgrade(request);
      const late = (): void => connection.close(1008, "Login takes too long");
      const cancel = settings.clock.after(settings.loginTimeout, late, {
        ref: false,
      });
      const arrived = (): void => {
        cancel();
        leave();
        onLogin?.();
      };
      const connection = serveSocket(
        socket,
        settings,
        (peer) => connect(peer, arrived, origin),
      );
      return response;
    } catch (error) {
      leave();
      if (error instanceof ValidationException) {
        return json(501, { detail: error.message });
      }
      // Not a proper handshake; the platform's text would name its internals.
      return json(400, { detail: "Bad Request" });
    }
  }

  return (request, given) => {
    const info = (given ?? {}) as FetchInfo;
    const url = requestUrl(request);
    if (!url) return json(400, { detail: "Bad Request" });
    const address = addressOf(request, info);
    const { headers } = request;
    const refused = refusedJourney(settings, { url, headers, address });
    if (refused !== undefined) return json(403, { detail: refused });
    if (url.pathname !== SERVICE_PATH) {
      const serving = { core, request, url, page: info.page };
      return loadHttp().then(({ serveHttp }) =>
        serveHttp(serving, (peer) => connect(peer, ignore))
      );
    }
    if (headers.get("upgrade")?.toLowerCase() === "websocket") {
      return accept(request, address, url.origin, info);
    }
    return json(426, { detail: "Upgrade Required" }, {
      upgrade: "websocket",
      connection: "upgrade",
    });
  };
}
