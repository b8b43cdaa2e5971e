import type { Settings } from "../../settings.ts";

/** Seconds for which browsers remember what they may do (§10.5). */
const PREFLIGHT_SECONDS = "600";

const METHODS = "DELETE, GET, OPTIONS, POST, PUT";

type Origins = Settings["corsOrigins"];

/** Whether a browser asks what a page may do, before it does it. */
export function isPreflight({ headers, method }: Request): boolean {
  return method === "OPTIONS" && headers.has("access-control-request-method");
}

/** Tell a browser what the page that it asks for may do (§10.5). */
export function preflight({ headers }: Request, origins: Origins): Response {
  const shared = sharing(headers.get("origin"), origins);
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
  origins: Origins,
): void {
  const shared = sharing(headers.get("origin"), origins);
  for (const [name, value] of shared) response.headers.append(name, value);
}

/** Without a list all pages may read, but none with credentials. */
function sharing(origin: string | null, origins: Origins): Headers {
  if (!origins) return new Headers({ "access-control-allow-origin": "*" });
  // No cache may give one page the answer that was meant for another.
  const headers = new Headers({ vary: "origin" });
  if (origin !== null && origins.includes(origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-credentials", "true");
  }
  return headers;
}
