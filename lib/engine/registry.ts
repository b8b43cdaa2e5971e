import type { Lane, NodeDefinition } from "./node.ts";

/** Every node that an engine can run, by provider name. */
export type NodeRegistry = ReadonlyMap<string, NodeDefinition>;

/**
 * Put the nodes of an engine together.
 *
 * @param extra The user's; one of the same provider name replaces a built-in.
 * @throws {TypeError} A node of the user's has no such members as the engine
 * needs, or two of them share a provider name.
 */
export function createRegistry(
  builtin: readonly NodeDefinition[],
  extra: readonly NodeDefinition[],
): NodeRegistry {
  const own = new Set<string>();
  for (const node of extra) {
    checkNode(node);
    const { provider } = node;
    if (own.has(provider)) {
      throw new TypeError(`Node provider is defined twice: "${provider}"`);
    }
    own.add(provider);
  }
  return new Map([...builtin, ...extra].map((node) => [node.provider, node]));
}

/** Throws unless a definition has what the engine needs of it. */
function checkNode(node: NodeDefinition): void {
  const { provider, classType, lanes, start } = Object(node);
  if (typeof provider !== "string" || provider === "") {
    throw new TypeError('Expected a node to have a provider, such as "shout"');
  }
  const expect = (isMet: boolean, what: string): void => {
    if (isMet) return;
    throw new TypeError(`Expected node "${provider}" to have ${what}`);
  };
  expect(Array.isArray(classType), 'a list classType, such as ["text"]');
  const isMap = typeof lanes === "object" && lanes !== null;
  expect(
    isMap && Object.values(lanes).every(Array.isArray),
    'lanes with a list for each, such as { text: ["text"] }',
  );
  expect(typeof start === "function", "a function start");
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
