import type { NodeDefinition } from "./node.ts";

/** Every node that an engine can run, by provider name. */
export type NodeRegistry = ReadonlyMap<string, NodeDefinition>;

/**
 * Put the nodes of an engine together.
 *
 * @param builtin The nodes that come with the engine.
 * @param extra The user's; one of the same provider name replaces a built-in.
 * @returns All of them, by provider name.
 * @throws {TypeError} Two of the user's nodes share a provider name.
 */
export function createRegistry(
  builtin: readonly NodeDefinition[],
  extra: readonly NodeDefinition[],
): NodeRegistry {
  const own = new Set<string>();
  for (const { provider } of extra) {
    if (own.has(provider)) {
      throw new TypeError(`Node provider is defined twice: "${provider}"`);
    }
    own.add(provider);
  }
  return new Map(
    [...builtin, ...extra].map((definition) =>
      [definition.provider, definition] as const
    ),
  );
}
