import catalogue from "./unsupported.json" with { type: "json" };

/** A node of RocketRide that the embedded engine does not have. */
export interface UnsupportedNode {
  /** Its display name. */
  readonly title: string;
  /** Families it belongs to. */
  readonly classType: readonly string[];
  /** What it would need here. */
  readonly need: string;
}

/** The nodes of RocketRide that the embedded engine does not have, by provider. */
export const UNSUPPORTED: Readonly<Record<string, UnsupportedNode>> = catalogue;

/**
 * Why a node of RocketRide cannot run in the embedded engine.
 *
 * @param provider The provider's name.
 * @returns The failure's whole text; `undefined` when RocketRide has no such
 * node, or the embedded engine has it too.
 */
export function unsupportedReason(provider: string): string | undefined {
  if (!Object.hasOwn(UNSUPPORTED, provider)) return undefined;
  return `Node '${provider}' exists in RocketRide but is not available in ` +
    `the embedded engine (needs ${UNSUPPORTED[provider]!.need}); ` +
    "connect to a server to run it";
}
