import type { Lane, NodeDefinition } from "./node.ts";

/** Every node that an engine can run, by provider name. */
export type NodeRegistry = ReadonlyMap<string, NodeDefinition>;

/**
 * Put the nodes of an engine together.
 *
 * @param extra The user's; one of the same provider name replaces a built-in.
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
  return new Map([...builtin, ...extra].map((node) => [node.provider, node]));
}

/**
 * Whether a provider is one of the response nodes, which add the object's name
 * and path to a result.
 */
export function isResponseNode(provider: string): boolean {
  return provider === "response" || provider.startsWith("response_");
}

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

/** Whether a pipeline may connect a lane; nothing here ever writes to some. */
export function isKnownLane(name: string): boolean {
  return ["words", "classificationContext", ...LANES].includes(name);
}
