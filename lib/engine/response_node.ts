/**
 * Tell whether a provider is one of the response nodes, whose presence adds
 * the object's name and path to a result.
 */
export function isResponseNode(provider: string): boolean {
  return provider === "response" || provider.startsWith("response_");
}
