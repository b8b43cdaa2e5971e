import type { Core } from "../../core.ts";
import type { Settings } from "../../settings.ts";
import { CommandChannel, type Connect } from "./command_channel.ts";
import { Busy } from "./memory_budget.ts";
import {
  denied,
  failed,
  invalid,
  json,
  type Page,
  type Route,
} from "./route.ts";
import { ROUTES } from "./routes.ts";

/** An HTTP request that wants no socket, and what answers it. */
interface Serving {
  readonly core: Core;
  readonly request: Request;
  readonly url: URL;
  /** Answers what no route takes. */
  readonly page: Page | undefined;
}

/**
 * Answer an HTTP request by a route, or by a page. Every answer of a route says
 * which pages may read it.
 */
export async function serveHttp(
  { core, request, url, page }: Serving,
  connect: Connect,
): Promise<Response> {
  const isRoute = ROUTES.some(({ path }) => path === url.pathname);
  const shown = isRoute ? undefined : await showPage(page, request);
  if (shown) return shown;
  const shared = sharing(request, core.settings);
  if (isPreflight(request)) return preflight(request, shared);
  const channel = new CommandChannel(connect);
  let response: Response;
  try {
    response = await answer(core, request, url, channel);
  } catch (error) {
    response = error instanceof Busy
      ? json(503, { detail: error.message }, { "retry-after": "1" })
      : failed(error);
  } finally {
    // A client that goes away fails the body, which leads here.
    channel.close();
  }
  for (const [name, value] of shared) response.headers.append(name, value);
  return response;
}

/** Ask for a page; its failure ends no process. */
async function showPage(
  page: Page | undefined,
  request: Request,
): Promise<Response | undefined> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (typeof page !== "function" || !isRead) return undefined;
  try {
    return await page(request);
  } catch (error) {
    return failed(error, 500);
  }
}

async function answer(
  core: Core,
  request: Request,
  { pathname, searchParams: query }: URL,
  channel: CommandChannel,
): Promise<Response> {
  const found = ROUTES.filter(({ path }) => path === pathname);
  const route = found.find(({ methods }) => methods.includes(request.method));
  if (route?.access !== "public") {
    const refused = await refusal(request, query, channel, route);
    if (refused) return refused;
  }
  if (!route) {
    return found.length > 0
      ? json(405, { detail: "Method Not Allowed" })
      : json(404, { detail: "Not Found" });
  }
  const { held, heldForStrangers } = core;
  const share = (route.access === "public" ? heldForStrangers : held).share();
  try {
    return await route.answer({ core, request, query, channel, share });
  } finally {
    share.end();
  }
}

/** Without a credential no request learns which paths exist. */
async function refusal(
  request: Request,
  query: URLSearchParams,
  channel: CommandChannel,
  route: Route | undefined,
): Promise<Response | undefined> {
  const header = request.headers.get("authorization");
  const credential = header ?? query.get("auth");
  if (credential === null) return denied(request);
  try {
    await channel.call("auth", { auth: credential });
  } catch {
    return /^(Bearer )?(tk|pk)_/.test(credential)
      ? json(400, { status: "Error", error: { error: "Bad request" } })
      : denied(request);
  }
  if (route?.access === "header" && header === null) {
    return invalid(["header", "authorization"], "Field required");
  }
  return undefined;
}

/**
 * Which page may read the answer. Without a list, pages of an engine with keys
 * may all read, but none with cookies; those of an engine without keys come
 * from the engine itself, and need no permission.
 */
function sharing(
  { headers }: Request,
  { auth, corsOrigins }: Pick<Settings, "auth" | "corsOrigins">,
): Headers {
  if (!corsOrigins && auth) {
    return new Headers({ "access-control-allow-origin": "*" });
  }
  // No cache may give one page the answer that was meant for another.
  const shared = new Headers({ vary: "origin" });
  const origin = headers.get("origin");
  if (origin !== null && corsOrigins?.includes(origin)) {
    shared.set("access-control-allow-origin", origin);
    shared.set("access-control-allow-credentials", "true");
  }
  return shared;
}

/** Whether a browser asks what a page may do, before it does it. */
function isPreflight({ headers, method }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

function preflight({ headers: asked }: Request, headers: Headers): Response {
  if (!headers.has("access-control-allow-origin")) {
    return new Response("Disallowed CORS origin", { status: 400, headers });
  }
  const wanted = asked.get("access-control-request-headers") ?? "*";
  headers.set(
    "access-control-allow-methods",
    "DELETE, GET, OPTIONS, POST, PUT",
  );
  headers.set("access-control-allow-headers", wanted);
  // Seconds for which browsers remember the answer.
  headers.set("access-control-max-age", "600");
  return new Response("OK", { headers });
}
