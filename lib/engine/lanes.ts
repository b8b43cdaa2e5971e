import type { Lane } from "./node.ts";

/** The lanes that nodes can emit to and handle. */
export const LANES: readonly Lane[] = Object.freeze(
  [
    "tags",
    "text",
    "table",
    "documents",
    "questions",
    "answers",
    "image",
    "audio",
    "video",
    "classifications",
  ] as const,
);

/**
 * Lanes of the real engine that nothing here ever writes to; a pipeline may
 * name them all the same.
 */
const SILENT_LANES: readonly string[] = ["words", "classificationContext"];

/** Tell whether a pipeline may connect this lane. */
export function isKnownLane(name: string): boolean {
  return isLane(name) || SILENT_LANES.includes(name);
}

/** Tell whether a name is one of a lane that nodes can use. */
export function isLane(name: string): name is Lane {
  return (LANES as readonly string[]).includes(name);
}
