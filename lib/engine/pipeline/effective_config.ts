import { isRecord, type JsonObject } from "../../../schema/json.ts";
import type { NodeDefinition } from "../node.ts";
import type { Component } from "./component.ts";

/** A node's configuration after its presets were applied. */
export interface EffectiveConfig {
  /** The preset with the component's own values over it. */
  readonly config: JsonObject;
  /** Why the configuration cannot be used, if so. */
  readonly fault: string | undefined;
  /** What is doubtful about it. */
  readonly warnings: readonly string[];
}

/**
 * Apply a node's presets to a component.
 *
 * With a profile, the component's values must sit under the profile's name;
 * values beside it are not merged, and a warning says so.
 * A profile that the node does not know is a fault, and a warning when the
 * component brings a `model` of its own: lists of models age.
 */
export function effectiveConfig(
  definition: NodeDefinition,
  component: Component,
): EffectiveConfig {
  const own = component.config;
  const presets = definition.preconfig;
  const profile = own.profile;
  if (!presets) {
    const section = typeof profile === "string" ? own[profile] : undefined;
    const config = isRecord(section) ? merge(own, section as JsonObject) : own;
    return { config, fault: undefined, warnings: [] };
  }

  if (typeof profile !== "string") {
    const preset = presets.profiles[presets.default] ?? {};
    return {
      config: merge(preset, own),
      fault: undefined,
      warnings: deprecation(component.id, preset),
    };
  }

  const section = own[profile];
  const values = isRecord(section) ? section as JsonObject : {};
  const stray = strayValues(component, profile);
  if (!Object.hasOwn(presets.profiles, profile)) {
    const text = `Profile ${profile} is not defined in ${definition.provider}`;
    const tolerated = Boolean(values.model);
    return {
      // What a custom model has besides its name, such as an address.
      config: merge(presets.profiles.custom ?? {}, values),
      fault: tolerated ? undefined : text,
      warnings: tolerated ? [text, ...stray] : stray,
    };
  }
  const preset = presets.profiles[profile] ?? {};
  return {
    config: merge(preset, values),
    fault: undefined,
    warnings: [...deprecation(component.id, preset), ...stray],
  };
}

/** What every start of a node warns of. */
export function nodeWarnings(
  { title, limitation }: NodeDefinition,
  { warnings }: EffectiveConfig,
): readonly string[] {
  if (limitation === undefined) return warnings;
  return [...warnings, `${title}: ${limitation}`];
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
  const advice = typeof preset.migration === "string"
    ? `: ${preset.migration}`
    : "";
  return [`Component ${id} uses a deprecated profile${advice}`];
}

/** A key beside the profile is ignored by every engine. */
function strayValues(
  { id, config }: Component,
  profile: string,
): readonly string[] {
  return ["apikey", "model", "serverbase", "base_url"]
    .filter((key) => Object.hasOwn(config, key))
    .map((key) =>
      `Component ${id} has '${key}' beside its profile, where it is ignored; ` +
      `put it into '${profile}'`
    );
}
