import type { JsonObject, JsonValue } from "../../../schema/json.ts";
import type { NodeDefinition, NodeField } from "../node.ts";

/** A form in the shape that RJSF takes. */
export interface ServiceForm {
  /** The JSON Schema of the configuration. */
  readonly schema: JsonObject;
  /** How an editor lays it out. */
  readonly ui: JsonObject;
}

/** The section of a service that its form is in. */
export function sectionOf(definition: NodeDefinition): "Source" | "Pipe" {
  return definition.classType.includes("source") ? "Source" : "Pipe";
}

/**
 * Make the form of a node from its fields.
 *
 * A node with profiles has a choice of them, and the fields below each; a
 * hidden `type` tells the provider.
 */
export function serviceForm(definition: NodeDefinition): ServiceForm {
  const { provider, preconfig, fields = [] } = definition;
  const type: JsonObject = { type: "string", default: provider };
  const ui: JsonObject = {
    "ui:order": ["type", ...(preconfig ? ["profile"] : names(fields)), "*"],
    type: { "ui:widget": "hidden" },
  };
  if (!preconfig) {
    const schema = {
      type: "object",
      properties: { type, ...propertiesOf(fields) },
      ...requiredOf(fields),
    };
    return { schema, ui: { ...ui, ...passwordsOf(fields) } };
  }
  const profiles = Object.keys(preconfig.profiles);
  const profile: JsonObject = {
    type: "string",
    default: preconfig.default,
    enum: profiles,
  };
  const oneOf = profiles.map((name): JsonObject => ({
    properties: {
      profile: { const: name },
      [name]: {
        type: "object",
        properties: propertiesOf(fields, preconfig.profiles[name]),
        ...requiredOf(fields),
      },
    },
  }));
  return {
    schema: {
      type: "object",
      properties: { type, profile },
      required: ["profile"],
      dependencies: { profile: { oneOf } },
    },
    ui: { ...ui, ...passwordsBelow(profiles, fields) },
  };
}

/** A field as JSON Schema; a preset's value goes before the field's own. */
function propertiesOf(
  fields: readonly NodeField[],
  preset: JsonObject = {},
): JsonObject {
  return Object.fromEntries(fields.map((field) => [field.name, {
    type: field.type,
    ...(field.description !== undefined && { description: field.description }),
    ...defaultOf(preset[field.name] ?? field.default),
    ...(field.enum && { enum: field.enum as readonly JsonValue[] }),
  }]));
}

function defaultOf(value: unknown): JsonObject {
  return value === undefined ? {} : { default: value as JsonValue };
}

function requiredOf(fields: readonly NodeField[]): JsonObject {
  const required = names(fields.filter(({ optional }) => !optional));
  return required.length === 0 ? {} : { required };
}

function passwordsOf(fields: readonly NodeField[]): JsonObject {
  return Object.fromEntries(
    fields.filter(({ secure }) => secure)
      .map(({ name }) => [name, { "ui:widget": "password" }]),
  );
}

/** The same for fields that stand below each profile. */
function passwordsBelow(
  profiles: readonly string[],
  fields: readonly NodeField[],
): JsonObject {
  const passwords = passwordsOf(fields);
  if (Object.keys(passwords).length === 0) return {};
  return Object.fromEntries(profiles.map((name) => [name, passwords]));
}

function names(fields: readonly NodeField[]): readonly string[] {
  return fields.map(({ name }) => name);
}
