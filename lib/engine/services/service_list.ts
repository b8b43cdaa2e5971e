import {
  CAPABILITY,
  type Capability,
  type ServiceDefinition,
} from "../../../schema/service.ts";
import type { NodeDefinition } from "../node.ts";
import { sectionOf, serviceForm } from "./service_form.ts";
import { unsupportedNodes, unsupportedReason } from "./unsupported.ts";

/** Options of {@linkcode serviceList}. */
export interface ServiceListOptions {
  /**
   * Whether nodes of RocketRide that are not here are listed too, each with
   * the reason at the start of its description.
   *
   * @default {false}
   */
  readonly listUnsupported?: boolean;
}

/**
 * The services of an engine, as `rrext_services` lists them.
 *
 * Nodes with the capability `INTERNAL` are left out; they can be used all the
 * same.
 *
 * @param definitions The nodes that the engine has.
 * @param options See {@linkcode ServiceListOptions}.
 * @returns Definitions by provider, `capabilities` as a mask.
 */
export function serviceList(
  definitions: Iterable<NodeDefinition>,
  options: ServiceListOptions = {},
): Record<string, ServiceDefinition> {
  const listed = new Map<string, ServiceDefinition>();
  if (options.listUnsupported) {
    for (const entry of unsupportedServices()) listed.set(...entry);
  }
  // What the engine does have goes over what it was thought to lack.
  for (const definition of definitions) {
    if (definition.capabilities?.includes("INTERNAL")) {
      listed.delete(definition.provider);
    } else {
      listed.set(definition.provider, listedService(definition));
    }
  }
  return Object.fromEntries(listed);
}

/** The description with the node's limitation at its end. */
export function fullDescription(definition: NodeDefinition): string {
  const { description, limitation } = definition;
  return limitation === undefined
    ? description
    : `${description} ${limitation}`;
}

function listedService(definition: NodeDefinition): ServiceDefinition {
  const { provider, title, classType, lanes, invoke } = definition;
  return {
    title,
    protocol: `${provider}://`,
    prefix: provider,
    description: fullDescription(definition),
    classType,
    capabilities: mask(definition.capabilities ?? []),
    actions: 0,
    plans: null,
    lanes,
    ...(invoke && { invoke }),
    tile: [],
    icon: "",
    documentation: "",
    [sectionOf(definition)]: serviceForm(definition),
  };
}

/** Capability names as bits; names that are not known have none. */
function mask(names: readonly string[]): number {
  return names.reduce(
    (bits, name) =>
      Object.hasOwn(CAPABILITY, name.toUpperCase())
        ? bits | CAPABILITY[name.toUpperCase() as Capability]
        : bits,
    0,
  );
}

function unsupportedServices(): [string, ServiceDefinition][] {
  return [...unsupportedNodes()]
    .filter(([provider]) => !provider.endsWith("*"))
    .map(([provider, { title, classType }]) => [provider, {
      title,
      protocol: `${provider}://`,
      prefix: provider,
      description: `${unsupportedReason(provider)}. ${title}`,
      classType,
      capabilities: 0,
      actions: 0,
      plans: null,
    }]);
}
