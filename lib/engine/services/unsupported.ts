import catalogue from "./unsupported.json" with { type: "json" };

/** The nodes of RocketRide that are not here, by provider, and their need. */
export const UNSUPPORTED: Readonly<
  Record<
    string,
    {
      readonly title: string;
      readonly classType: readonly string[];
      readonly need: string;
    }
  >
> = catalogue;

/** Why a node cannot run here; `undefined` when it is not such a node. */
export function unsupportedReason(provider: string): string | undefined {
  if (!Object.hasOwn(UNSUPPORTED, provider)) return undefined;
  return `Node '${provider}' exists in RocketRide but is not available in ` +
    `the embedded engine (needs ${UNSUPPORTED[provider]!.need}); ` +
    "connect to a server to run it";
}
