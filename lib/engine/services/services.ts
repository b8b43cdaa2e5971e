import type { JsonObject, JsonValue } from "../../../schema/json.ts";
import {
  CAPABILITY,
  type Capability,
  type ServiceDefinition,
  type ServiceInput,
} from "../../../schema/service.ts";
import type { NodeDefinition, NodeField } from "../node.ts";
import { UNSUPPORTED, unsupportedReason } from "./unsupported.ts";

/**
 * The services of an engine by provider, as `rrext_services` lists them. Nodes
 * with the capability `INTERNAL` are left out; they can be used all the same.
 * Unsupported nodes have the reason at the start of their description.
 */
export function serviceList(
  definitions: Iterable<NodeDefinition>,
  { listUnsupported = false }: { readonly listUnsupported?: boolean } = {},
): Record<string, ServiceDefinition> {
  const listed = new Map(listUnsupported ? unsupportedServices() : []);
  // A node of the engine replaces the entry of an unsupported one.
  for (const definition of definitions) {
    const { provider, capabilities = [] } = definition;
    if (capabilities.includes("INTERNAL")) listed.delete(provider);
    else listed.set(provider, listedService(definition));
  }
  return Object.fromEntries(listed);
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
    input: inputOf(lanes),
    ...(invoke && { invoke }),
    tile: [],
    icon: "",
    documentation: "",
    [sectionOf(definition)]: serviceForm(definition),
  };
}

/** Lanes as newer clients draw them. */
function inputOf(lanes: NodeDefinition["lanes"]): readonly ServiceInput[] {
  return Object.entries(lanes).map(([lane, outputs = []]) => ({
    lane,
    output: outputs.map((output) => ({ lane: output })),
  }));
}

function unsupportedServices(): [string, ServiceDefinition][] {
  return Object.entries(UNSUPPORTED).map((
    [provider, { title, classType }],
  ) => [provider, {
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

/** Capability names as bits; unknown names have none. */
function mask(names: readonly string[]): number {
  return names.map((name) => name.toUpperCase())
    .filter((name): name is Capability => Object.hasOwn(CAPABILITY, name))
    .reduce((bits, name) => bits | CAPABILITY[name], 0);
}

/** The description with the node's limitation at its end. */
function fullDescription({ description, limitation }: NodeDefinition): string {
  return [description, ...(limitation === undefined ? [] : [limitation])]
    .join(" ");
}

/** The section of a service that its form is in. */
function sectionOf({ classType }: NodeDefinition): "Source" | "Pipe" {
  return classType.includes("source") ? "Source" : "Pipe";
}

/**
 * One service as `rrext_services` answers when asked for it: the definition
 * document, with `capabilities` as names and the fields of its form.
 */
export function serviceDocument(definition: NodeDefinition): ServiceDefinition {
  const { provider, title, classType, lanes, invoke, preconfig } = definition;
  const { capabilities = [], fields = [] } = definition;
  const section = sectionOf(definition);
  return {
    title,
    protocol: `${provider}://`,
    classType,
    capabilities: capabilities.map((name) => name.toLowerCase()),
    register: section === "Source" ? "endpoint" : "filter",
    node: "embedded",
    path: provider,
    prefix: provider,
    description: fullDescription(definition),
    icon: "",
    documentation: "",
    actions: 0,
    plans: null,
    tile: [],
    lanes,
    input: inputOf(lanes),
    ...(preconfig && { preconfig }),
    fields: Object.fromEntries(fields.map(({ name, ...rest }) => [name, rest])),
    shape: [{
      section,
      title,
      properties: ["type", ...(preconfig ? ["profile"] : names(fields))],
    }],
    ...(invoke && { invoke }),
  };
}

/**
 * The form of a node, in the shape that RJSF takes.
 *
 * A node with profiles has a choice of them, and the fields below each; a
 * hidden `type` has the provider.
 */
function serviceForm(
  { provider, preconfig, fields = [] }: NodeDefinition,
): { readonly schema: JsonObject; readonly ui: JsonObject } {
  const type: JsonObject = { type: "string", default: provider };
  const passwords = Object.fromEntries(
    fields.filter(({ secure }) => secure)
      .map(({ name }) => [name, { "ui:widget": "password" }]),
  );
  const ui: JsonObject = {
    "ui:order": ["type", ...(preconfig ? ["profile"] : names(fields)), "*"],
    type: { "ui:widget": "hidden" },
  };
  if (!preconfig) {
    return { schema: objectOf(fields, { type }), ui: { ...ui, ...passwords } };
  }
  const profiles = Object.keys(preconfig.profiles);
  const oneOf = profiles.map((name): JsonObject => ({
    properties: {
      profile: { const: name },
      [name]: objectOf(fields, {}, preconfig.profiles[name]),
    },
  }));
  const schema: JsonObject = {
    type: "object",
    properties: {
      type,
      profile: { type: "string", default: preconfig.default, enum: profiles },
    },
    required: ["profile"],
    dependencies: { profile: { oneOf } },
  };
  const below = Object.keys(passwords).length > 0 ? profiles : [];
  return {
    schema,
    ui: {
      ...ui,
      ...Object.fromEntries(below.map((name) => [name, passwords])),
    },
  };
}

/** Fields as JSON Schema; a preset's value goes before the field's own. */
function objectOf(
  fields: readonly NodeField[],
  others: JsonObject,
  preset: JsonObject = {},
): JsonObject {
  const required = names(fields.filter(({ optional }) => !optional));
  const properties = fields.map((field): [string, JsonObject] => {
    const { name, type, description } = field;
    const value = (preset[name] ?? field.default) as JsonValue | undefined;
    return [name, {
      type,
      ...(description !== undefined && { description }),
      ...(value !== undefined && { default: value }),
      ...(field.enum && { enum: field.enum as readonly JsonValue[] }),
    }];
  });
  return {
    type: "object",
    properties: { ...others, ...Object.fromEntries(properties) },
    ...(required.length > 0 && { required }),
  };
}

function names(fields: readonly NodeField[]): readonly string[] {
  return fields.map(({ name }) => name);
}
