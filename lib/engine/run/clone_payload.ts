import type { Lane, LanePayloads } from "../node.ts";

/**
 * A copy of a payload for one of several targets, so that a node that edits
 * in place does not disturb its siblings.
 *
 * Text needs no copy, and bytes are never edited.
 */
export function clonePayload<L extends Lane>(
  lane: L,
  payload: LanePayloads[L],
): LanePayloads[L] {
  switch (lane) {
    case "documents":
    case "questions":
    case "answers":
    case "classifications":
      return structuredClone(payload);
    default:
      return payload;
  }
}
