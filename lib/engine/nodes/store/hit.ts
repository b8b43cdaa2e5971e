import type { Doc } from "../../../../schema/doc.ts";

/** A document that was found, and how well it matches. */
export interface Hit extends Doc {
  /** From 0 to 1. */
  readonly score: number;
}
