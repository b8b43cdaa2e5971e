import type { BuiltinNodesOptions, Starters } from "../options.ts";
import { anonymizeText } from "./anonymize_text.ts";
import { guardrails } from "./guardrails.ts";

/** Nodes that keep private data and forbidden content out. */
export function starters({ overrides }: BuiltinNodesOptions): Starters {
  return {
    anonymize_text: anonymizeText(overrides?.anonymize_text),
    guardrails: guardrails(overrides?.guardrails),
  };
}
