import { ignore } from "../../async.ts";
import { ValidationException } from "../../errors.ts";
import type { Peer } from "../../transport/memory.ts";
import { addressOf, refusedJourney, requestUrl } from "../access/admission.ts";
import type { Core } from "../core.ts";
import type { Connection } from "./connection.ts";
import { failed, json } from "./http/reply.ts";
import type { Upgrade } from "../settings.ts";
import { ROUTES } from "./http/routes.ts";
import { serveHttp } from "./http/serve_http.ts";
import { serveSocket } from "./serve_socket.ts";
import { platformUpgrade } from "./upgrade.ts";

/**
 * What a server of one's own may hand over besides a request; Deno's and
 * Bun's own information is understood, too.
 */
export interface FetchInfo {
  /** Where the request came from. */
  readonly remoteAddr?: { readonly hostname: string };
  /** Accepts the request, should it want a WebSocket. */
  readonly acceptWebSocket?: Upgrade;
  /** Answers what no route takes, see {@linkcode ServeOptions.page}. */
  readonly page?: Page | undefined;
}

/** Answers requests for pages; `undefined` leaves them to the engine. */
export type Page = (
  request: Request,
) => Response | Promise<Response> | undefined;

const SERVICE_PATH = "/task/service";
/** How long a client may take to log in: it need not wait for anything. */
const LOGIN_MS = 30_000;

/**
 * Make the handler for HTTP requests to an engine.
 *
 * @param core The engine.
 * @param connect Makes the connection behind a socket; `onLogin` is to be told
 * when it has logged in or ended.
 * @returns A handler for `Deno.serve` and its like.
 */
export function fetchHandler(
  core: Core,
  connect: (peer: Peer, onLogin: () => void) => Connection,
): (request: Request, info?: unknown) => Response | Promise<Response> {
  return (request, info) => {
    const url = requestUrl(request);
    if (!url) return json(400, { detail: "Bad Request" });
    const address = addressOf(request, info);
    const { headers } = request;
    const refused = refusedJourney(core.settings, { url, headers, address });
    if (refused !== undefined) return json(403, { detail: refused });
    if (url.pathname !== SERVICE_PATH) {
      const { page } = (info ?? {}) as FetchInfo;
      const shown = page && showPage(page, request, url);
      if (shown) return shown;
      return serveHttp(core, request, url, (peer) => connect(peer, ignore));
    }
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return json(426, { detail: "Upgrade Required" }, {
        upgrade: "websocket",
        connection: "upgrade",
      });
    }
    const upgrade = (info as FetchInfo | undefined)?.acceptWebSocket ??
      core.settings.upgrade ?? platformUpgrade(info);
    if (!upgrade) {
      const detail = "This platform needs the engine's option 'upgrade'";
      return json(501, { detail });
    }
    const leave = core.unauthenticated.enter(address);
    if (!leave) {
      return json(403, { detail: "Too many unauthenticated sockets" });
    }
    const { settings } = core;
    try {
      const { socket, response, onLogin } = upgrade(request);
      const arrived = (): void => {
        cancel();
        leave();
        onLogin?.();
      };
      const late = (): void => connection.close(1008, "Login takes too long");
      const cancel = settings.clock.after(LOGIN_MS, late, { ref: false });
      const connection = serveSocket(
        socket,
        settings,
        (peer) => connect(peer, arrived),
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
  };
}

/** Ask for a page, unless the path is a route; its failure ends no process. */
function showPage(
  page: Page,
  request: Request,
  { pathname }: URL,
): Response | Promise<Response> | undefined {
  const { method } = request;
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (ROUTES.some(({ path }) => path === pathname)) return undefined;
  try {
    const shown = page(request);
    return shown instanceof Promise
      ? shown.catch((error) => failed(error, 500))
      : shown;
  } catch (error) {
    return failed(error, 500);
  }
}
