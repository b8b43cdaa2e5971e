import { isRecord, type JsonObject } from "../../../../schema/json.ts";

/**
 * Find out why a value does not fit a JSON Schema.
 *
 * Knows what the schemas of our own tools are made of: `type`, `properties`,
 * `required`, `enum`, `minimum`, `maximum` and `items`. Members that a schema
 * does not name are allowed.
 *
 * @param path What to call the value; its members are named below it.
 * @returns The first fault, or `undefined` when the value fits.
 */
export function schemaFault(
  value: unknown,
  schema: JsonObject,
  path = "arguments",
): string | undefined {
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    return `'${path}' must be of type ${types.join(" or ")}`;
  }
  if (Array.isArray(schema.enum) && !schema.enum.includes(value as never)) {
    return `'${path}' must be one of ${schema.enum.join(", ")}`;
  }
  if (typeof value === "number") return rangeFault(value, schema, path);
  if (Array.isArray(value)) return itemsFault(value, schema.items, path);
  return isRecord(value) ? membersFault(value, schema, path) : undefined;
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isRecord(value);
    case "integer":
      return Number.isInteger(value);
    default: {
      const kind: string = typeof value;
      return kind === type;
    }
  }
}

function rangeFault(
  value: number,
  { minimum = -Infinity, maximum = Infinity }: JsonObject,
  path: string,
): string | undefined {
  if (value < Number(minimum)) return `'${path}' must be ${minimum} or more`;
  if (value > Number(maximum)) return `'${path}' must be ${maximum} or less`;
  return undefined;
}

function itemsFault(
  value: readonly unknown[],
  items: unknown,
  path: string,
): string | undefined {
  if (!isRecord(items)) return undefined;
  for (const [at, item] of value.entries()) {
    const fault = schemaFault(item, items as JsonObject, `${path}[${at}]`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function membersFault(
  value: Readonly<Record<string, unknown>>,
  { properties, required }: JsonObject,
  path: string,
): string | undefined {
  const names = Array.isArray(required) ? required.map(String) : [];
  const missing = names.find((name) =>
    !Object.hasOwn(value, name) || value[name] === undefined
  );
  if (missing !== undefined) return `'${path}.${missing}' is missing`;
  for (const [name, schema] of Object.entries(properties ?? {})) {
    if (!Object.hasOwn(value, name) || value[name] === undefined) continue;
    if (!isRecord(schema)) continue;
    const member = `${path}.${name}`;
    const fault = schemaFault(value[name], schema as JsonObject, member);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
