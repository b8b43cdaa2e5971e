import type { Core } from "../../core.ts";
import { isPreflight, preflight, share } from "./cors.ts";
import { Busy } from "./allowance.ts";
import { type Connect, Line } from "./line.ts";
import { denied, failed, invalid, json } from "./reply.ts";
import type { Route } from "./route.ts";
import { ROUTES } from "./routes.ts";

/**
 * Answer an HTTP request that wants no socket. Every answer
 * says which pages may read it.
 */
export async function serveHttp(
  core: Core,
  request: Request,
  url: URL,
  connect: Connect,
): Promise<Response> {
  if (isPreflight(request)) return preflight(request, core.settings);
  const line = new Line(connect);
  let response: Response;
  try {
    response = await answer(core, request, url, line);
  } catch (error) {
    response = error instanceof Busy
      ? json(503, { detail: error.message }, { "retry-after": "1" })
      : failed(error);
  } finally {
    // Who goes away in the middle fails the body, and so gets here.
    line.close();
  }
  share(response, request, core.settings);
  return response;
}

async function answer(
  core: Core,
  request: Request,
  { pathname, searchParams: query }: URL,
  line: Line,
): Promise<Response> {
  const found = ROUTES.filter(({ path }) => path === pathname);
  const route = found.find(({ methods }) => methods.includes(request.method));
  if (route?.access !== "public") {
    const refused = await refusal(request, query, line, route);
    if (refused) return refused;
  }
  if (!route) {
    return found.length > 0
      ? json(405, { detail: "Method Not Allowed" })
      : json(404, { detail: "Not Found" });
  }
  const { held, heldForStrangers } = core;
  const hold = (route.access === "public" ? heldForStrangers : held).hold();
  try {
    return await route.answer({ core, request, query, line, hold });
  } finally {
    hold.end();
  }
}

/** Strangers do not learn which paths there are. */
async function refusal(
  request: Request,
  query: URLSearchParams,
  line: Line,
  route: Route | undefined,
): Promise<Response | undefined> {
  const header = request.headers.get("authorization");
  const credential = header ?? query.get("auth");
  if (credential === null) return denied(request);
  try {
    await line.call("auth", { auth: credential });
  } catch {
    const gone = /^(Bearer )?(tk|pk)_/.test(credential);
    return gone
      ? json(400, { status: "Error", error: { error: "Bad request" } })
      : denied(request);
  }
  if (route?.access === "header" && header === null) {
    return invalid(["header", "authorization"], "Field required");
  }
  return undefined;
}
