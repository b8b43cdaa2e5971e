import { ownLane } from "../../protocol/media_type.ts";

/** The listeners that the source of a pipeline has. */
export type Listens = (lane: string) => boolean;

/**
 * Choose what an object's bytes become.
 *
 * The comparison is case-sensitive and includes parameters, as on a server.
 *
 * @param mimeType The media type given to `open`.
 * @param listens Whether a component is wired to a lane of the source.
 * @returns The name of a lane; `raw` for framed bytes, `tag` for ready-made
 * frames. After `lane/` anything may follow; writes to a lane that does not
 * exist fail.
 */
export function routeFor(mimeType: string, listens: Listens): string {
  if (mimeType.startsWith("lane/")) return mimeType.slice("lane/".length);
  if (mimeType === "application/rocketlib-tag") return "tag";
  const lane = ownLane(mimeType);
  return lane !== undefined && listens(lane) ? lane : "raw";
}
