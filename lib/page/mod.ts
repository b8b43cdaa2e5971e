/**
 * The live page of the embedded engine: its tasks with their counts and events,
 * forms to drop files and to ask questions, and the store.
 *
 * The page is one document without other resources, built from `app/` into a
 * module. Nothing else of the package imports it.
 *
 * @module
 */
import { PAGE_HASH, PAGE_HTML, SCRIPT_HASH, STYLE_HASH } from "./built_page.ts";

/**
 * Make the handler that serves the page at `/`.
 *
 * The page connects to the engine at the address that it came from, and asks
 * for a key if the engine requires one. Its content security policy allows only
 * its own script and styles, by their hashes, and connections to that address.
 *
 * @returns Answers `GET` and `HEAD` of `/`; returns `undefined` for all other
 * requests.
 *
 * @example An engine with its page
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { createEngine, serveEngine } from "@rocketride/streams/engine";
 * import { enginePage } from "@rocketride/streams/page";
 *
 * const engine = createEngine();
 * const server = await serveEngine(engine, { page: enginePage() });
 * const response = await fetch(server.uri);
 * assertStringIncludes(await response.text(), "<!doctype html>");
 * await server.close();
 * await engine.close();
 * ```
 */
export function enginePage(): (request: Request) => Response | undefined {
  const body = new TextEncoder().encode(PAGE_HTML);
  return (request) => {
    const { method, url, headers: asked } = request;
    if (method !== "GET" && method !== "HEAD") return undefined;
    if (!URL.canParse(url)) return undefined;
    const { pathname, host } = new URL(url);
    if (pathname !== "/") return undefined;
    const etag = `"${PAGE_HASH}"`;
    const headers = {
      etag,
      "cache-control": "no-cache",
      "content-security-policy": policyFor(host),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    };
    if (asked.get("if-none-match") === etag) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(method === "HEAD" ? null : body, {
      headers: {
        ...headers,
        "content-type": "text/html; charset=utf-8",
        "content-length": String(body.length),
      },
    });
  };
}

function policyFor(host: string): string {
  // In some browsers 'self' does not include WebSockets. A policy cannot name an
  // IPv6 address.
  const sockets = host.startsWith("[") ? "" : ` ws://${host} wss://${host}`;
  return [
    "default-src 'none'",
    `script-src 'sha256-${SCRIPT_HASH}'`,
    `style-src 'sha256-${STYLE_HASH}'`,
    `connect-src 'self'${sockets}`,
    // The worker that receives the events runs the same script.
    "worker-src blob:",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types events",
  ].join("; ");
}
