import { v5 } from "uuid";
import type { ObjectInfo } from "../node.ts";

/**
 * Read the `object` of an open request.
 *
 * Unknown members are dropped, as the real engine does. Without an
 * `objectId` one is derived from the name, so equal names give equal ids.
 *
 * @param given The request's `object`.
 * @param mimeType The request's media type.
 * @param randomUUID Makes the name of an object without one.
 */
export function readObjectInfo(
  given: Readonly<Record<string, unknown>>,
  mimeType: string,
  randomUUID: () => string,
): ObjectInfo {
  const name = text(given.name) ?? randomUUID();
  const url = text(given.url) ?? `null://Stream/${name}`;
  return {
    name,
    path: directoryOf(text(given.path) ?? ""),
    objectId: text(given.objectId) ?? v5(url, v5.URL),
    size: sizeOf(given.size),
    mimeType,
    metadata: {},
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function sizeOf(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
