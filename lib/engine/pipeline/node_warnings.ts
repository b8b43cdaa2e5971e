import type { NodeDefinition } from "../node.ts";
import type { EffectiveConfig } from "./effective_config.ts";

/** What every start of a node warns of. */
export function nodeWarnings(
  definition: NodeDefinition,
  effective: EffectiveConfig,
): readonly string[] {
  const { title, limitation } = definition;
  if (limitation === undefined) return effective.warnings;
  return [...effective.warnings, `${title}: ${limitation}`];
}
