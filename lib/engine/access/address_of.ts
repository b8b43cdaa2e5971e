import { isRecord } from "../../../schema/json.ts";

/**
 * The address that an HTTP request came from, where the platform tells it.
 *
 * @param request The request.
 * @param info What the platform hands over besides: Deno's connection info,
 * or Bun's server.
 * @returns The address; empty where nobody tells it.
 */
export function addressOf(request: Request, info: unknown): string {
  const found = isRecord(info) ? remote(request, info) : undefined;
  if (!isRecord(found)) return "";
  const { hostname = found.address } = found;
  return typeof hostname === "string" ? hostname : "";
}

function remote(
  request: Request,
  info: Readonly<Record<string, unknown>>,
): unknown {
  if (typeof info.requestIP !== "function") return info.remoteAddr;
  return info.requestIP(request);
}
