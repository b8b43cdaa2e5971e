import type { Settings } from "../../settings.ts";

/** Seconds for which browsers remember what they may do. */
const PREFLIGHT_SECONDS = "600";

const METHODS = "DELETE, GET, OPTIONS, POST, PUT";

type Access = Pick<Settings, "auth" | "corsOrigins">;

/** Whether a browser asks what a page may do, before it does it. */
export function isPreflight({ headers, method }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/** Tell a browser what the page that it asks for may do. */
export function preflight({ headers }: Request, access: Access): Response {
  const shared = sharing(headers.get("origin"), access);
  if (!shared.has("access-control-allow-origin")) {
    return new Response("Disallowed CORS origin", {
      status: 400,
      headers: shared,
    });
  }
  shared.set("access-control-allow-methods", METHODS);
  shared.set(
    "access-control-allow-headers",
    headers.get("access-control-request-headers") ?? "*",
  );
  shared.set("access-control-max-age", PREFLIGHT_SECONDS);
  return new Response("OK", { headers: shared });
}

/** Let the page that a request came from read its response, if it may. */
export function share(
  response: Response,
  { headers }: Request,
  access: Access,
): void {
  const shared = sharing(headers.get("origin"), access);
  for (const [name, value] of shared) response.headers.append(name, value);
}

/**
 * Without a list, pages of an engine with keys may all read, but none with
 * credentials; those of an engine without keys come from the engine itself, and
 * need no permission.
 */
function sharing(
  origin: string | null,
  { auth, corsOrigins }: Access,
): Headers {
  if (!corsOrigins && auth) {
    return new Headers({ "access-control-allow-origin": "*" });
  }
  // No cache may give one page the answer that was meant for another.
  const headers = new Headers({ vary: "origin" });
  if (origin !== null && corsOrigins?.includes(origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
  }
  return headers;
}
