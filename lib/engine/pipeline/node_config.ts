import { isRecord, type JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition } from "../node.ts";
import type { NodeRegistry } from "../registry.ts";
import type { Component } from "./component.ts";

/** A node's configuration after its presets were applied. */
export interface EffectiveConfig {
  /** The preset with the component's own values over it. */
  readonly effective: JsonObject;
  /** Why it cannot be used, if so. */
  readonly fault: string | undefined;
  readonly warnings: readonly string[];
  /** The members whose values are encrypted. */
  readonly encrypted: readonly string[];
}

/** A component with its node, if the engine has one. */
export interface PipelineNode extends Component, EffectiveConfig {
  readonly definition: NodeDefinition | undefined;
  /** Whether keys and addresses do not matter. */
  readonly isKeyless: boolean;
}

/**
 * Look up the node of a component, and apply its presets.
 *
 * @param keyless Classes of nodes whose keys and addresses do not matter.
 */
export function nodeOf(
  component: Component,
  registry: NodeRegistry,
  keyless: readonly string[] = [],
): PipelineNode {
  const definition = registry.get(component.provider);
  const found = effectiveConfig(definition, component);
  const limited = definition?.limitation === undefined
    ? []
    : [`${definition.title}: ${definition.limitation}`];
  return {
    ...component,
    ...found,
    warnings: [...found.warnings, ...limited],
    definition,
    isKeyless: definition?.classType.some((it) => keyless.includes(it)) ??
      false,
  };
}

/** What most nodes with profiles read of a section. */
const KEYS = ["apikey", "model", "serverbase", "base_url"];

/**
 * Apply a node's presets to a component.
 *
 * With a profile, the component's values must be in the section of the profile's
 * name; values beside it are not merged, and a warning says so. A profile that
 * the node does not know is a fault, or a warning if the section has a `model`:
 * lists of models age.
 */
export function effectiveConfig(
  definition: NodeDefinition | undefined,
  { id, config: own }: Pick<Component, "id" | "config">,
): EffectiveConfig {
  const presets = definition?.preconfig;
  const { profile } = own;
  if (typeof profile !== "string") {
    const preset = presets?.profiles[presets.default] ?? {};
    const effective = presets ? merge(preset, own) : own;
    const warnings = deprecation(id, preset);
    return { effective, fault: undefined, warnings, encrypted: [] };
  }
  const given = own[profile];
  const section = isRecord(given) ? given as JsonObject : {};
  const encrypted = encryptedIn(section);
  if (!presets) {
    const effective = isRecord(given) ? merge(own, section) : own;
    return { effective, fault: undefined, warnings: [], encrypted };
  }
  const preset = Object.hasOwn(presets.profiles, profile)
    ? presets.profiles[profile]
    : undefined;
  const unknown = `Profile ${profile} is not defined in ${definition.provider}`;
  const isTolerated = !preset && Boolean(section.model);
  const fields = definition.fields?.map(({ name }) => name) ?? [];
  const stray = [...new Set([...KEYS, ...fields])]
    .filter((key) => Object.hasOwn(own, key) && key !== profile)
    .map((key) =>
      `Component ${id} has '${key}' beside its profile, where it is ignored; ` +
      `put it into '${profile}'`
    );
  return {
    // An own model may need what a custom one has, such as an address.
    effective: merge(preset ?? presets.profiles.custom ?? {}, section),
    fault: preset || isTolerated ? undefined : unknown,
    warnings: [
      ...(isTolerated ? [unknown] : []),
      ...deprecation(id, preset ?? {}),
      ...stray,
    ],
    encrypted,
  };
}

/** `over` laid on `base`, key by key; nulls of `over` count as absent. */
function merge(base: JsonObject, over: JsonObject): JsonObject {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    if (value === null || value === undefined) continue;
    const below = merged.get(key);
    const both = isRecord(below) && isRecord(value);
    merged.set(
      key,
      both ? merge(below as JsonObject, value as JsonObject) : value,
    );
  }
  return Object.fromEntries(merged);
}

function deprecation(id: string, preset: JsonObject): readonly string[] {
  if (!preset.deprecated) return [];
  const { migration } = preset;
  const advice = typeof migration === "string" ? `: ${migration}` : "";
  return [`Component ${id} uses a deprecated profile${advice}`];
}

/**
 * A server takes the values of secure members out of a section, and keeps them
 * encrypted beside their names; a value that is there all the same counts.
 */
function encryptedIn(section: JsonObject): readonly string[] {
  const { secureParameters: stored } = section;
  const names = isRecord(stored) ? stored.secure : undefined;
  return (Array.isArray(names) ? names : []).filter((name) =>
    typeof name === "string" && !Object.hasOwn(section, name)
  );
}
