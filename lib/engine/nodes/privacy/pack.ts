import { guardrailsNode } from "../guardrails/guardrails.ts";
import type { Starters } from "../options.ts";
import { anonymizeTextNode } from "./anonymize_text.ts";

/** What keeps private data and forbidden content out. */
export function starters(): Starters {
  return {
    anonymize_text: anonymizeTextNode().start,
    guardrails: guardrailsNode().start,
  };
}
