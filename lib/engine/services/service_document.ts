import type { ServiceDefinition } from "../../../schema/service.ts";
import type { NodeDefinition, NodeField } from "../node.ts";
import { sectionOf } from "./service_form.ts";
import { fullDescription } from "./service_list.ts";

/**
 * One service as `rrext_services` answers when asked for it: the definition
 * document, with `capabilities` as names and the parts that the list makes
 * its forms of.
 *
 * @param definition The node.
 * @returns The document.
 */
export function serviceDocument(definition: NodeDefinition): ServiceDefinition {
  const { provider, title, classType, lanes, invoke, preconfig } = definition;
  const fields = definition.fields ?? [];
  const section = sectionOf(definition);
  return {
    title,
    protocol: `${provider}://`,
    classType,
    capabilities: (definition.capabilities ?? []).map((name) =>
      name.toLowerCase()
    ),
    register: section === "Source" ? "endpoint" : "filter",
    node: "embedded",
    path: provider,
    prefix: provider,
    description: fullDescription(definition),
    icon: "",
    documentation: "",
    tile: [],
    lanes,
    ...(preconfig && { preconfig }),
    fields: Object.fromEntries(
      fields.map((field) => [field.name, form(field)]),
    ),
    shape: [{
      section,
      title,
      properties: [
        "type",
        ...(preconfig ? ["profile"] : fields.map(({ name }) => name)),
      ],
    }],
    ...(invoke && { invoke }),
  };
}

function form({ name: _name, ...rest }: NodeField): Omit<NodeField, "name"> {
  return rest;
}
