import { isRecord, type JsonObject } from "../../../../schema/json.ts";
import { ExecutionException } from "../../../errors.ts";
import type { Awaitable, ControlCall } from "../../node.ts";
import type { ConfigReader } from "../config_reader.ts";
import descriptions from "./tools.json" with { type: "json" };
import { numberOf, textOf } from "../../text_of.ts";

/** A tool as agents see it; the schemas are JSON Schemas. */
export interface ToolDescription {
  /** Agents see it behind the component's id. */
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema?: JsonObject;
}

/** A tool of a node; it is used with arguments that fit its schema. */
export interface Tool extends ToolDescription {
  invoke(args: Args): Awaitable<unknown>;
}

export type Args = Readonly<Record<string, unknown>>;

/** The tools of this pack, as `tools.json` describes them. */
export function describedTool(
  name: keyof typeof descriptions,
): ToolDescription {
  return { name, ...descriptions[name] as Omit<ToolDescription, "name"> };
}

/**
 * Answer the control calls of the class `tool`.
 *
 * - `query` lists the tools under their public names, `<component>.<tool>`.
 * - `validate` with `{tool, args}` answers `true`, or throws what is wrong.
 * - `invoke` with `{tool, args}` checks the same and uses the tool.
 *
 * A tool is found by its public name or by its own. Other tools and other
 * calls are answered with `undefined`, so that the next helper may try.
 */
export function toolCalls(
  id: string,
  tools: readonly Tool[],
): (call: ControlCall) => Awaitable<unknown> {
  return ({ op, args: { tool: name, args } }) => {
    if (op === "query") {
      return tools.map(({ invoke: _, ...tool }): ToolDescription => ({
        ...tool,
        name: `${id}.${tool.name}`,
      }));
    }
    if (op !== "validate" && op !== "invoke") return undefined;
    const tool = tools.find((tool) =>
      tool.name === name || `${id}.${tool.name}` === name
    );
    if (!tool) return undefined;
    const where = `${id}.${tool.name}: `;
    const read = readArgument(args ?? {}, tool.inputSchema, where) as Args;
    return op === "validate" ? true : tool.invoke(read);
  };
}

/**
 * Read what a model gives for a JSON Schema, as models write it: a `null` for
 * an optional member that cannot be null counts as absent, and a string of an
 * `enum` may differ in case.
 *
 * Not left to a library that validates, since values are converted, too. Knows
 * what the schemas of our own tools are made of: `type`, `properties`,
 * `required`, `enum`, `minimum`, `maximum` and `items`. Members that a schema
 * does not name are allowed.
 *
 * @param where What messages begin with.
 * @throws {ExecutionException} The value does not fit.
 */
export function readArgument(
  value: unknown,
  schema: JsonObject,
  where = "",
  path = "arguments",
): unknown {
  const refuse = (fault: string): never => {
    throw new ExecutionException(`${where}'${path}' ${fault}`);
  };
  const types = [schema.type ?? []].flat();
  if (types.length > 0 && !types.some((type) => isOfType(value, type))) {
    refuse(`must be of type ${types.map(textOf).join(" or ")}`);
  }
  if (Array.isArray(schema.enum)) {
    if (schema.enum.includes(value as never)) return value;
    const found = schema.enum.find((one) =>
      typeof one === "string" && typeof value === "string" &&
      one.toLowerCase() === value.toLowerCase()
    );
    return found ??
      refuse(`must be one of ${schema.enum.map(textOf).join(", ")}`);
  }
  if (typeof value === "number") {
    const { minimum = -Infinity, maximum = Infinity } = schema;
    if (value < numberOf(minimum)) refuse(`must be ${textOf(minimum)} or more`);
    if (value > numberOf(maximum)) refuse(`must be ${textOf(maximum)} or less`);
  }
  const { items } = schema;
  if (Array.isArray(value) && isRecord(items)) {
    return value.map((item, at) =>
      readArgument(item, recordOf(items), where, `${path}[${at}]`)
    );
  }
  if (!isRecord(value)) return value;
  const required = [schema.required ?? []].flat().map(String);
  const missing = required.find((name) =>
    !Object.hasOwn(value, name) || value[name] === undefined
  );
  if (missing !== undefined) {
    throw new ExecutionException(`${where}'${path}.${missing}' is missing`);
  }
  const properties = recordOf(schema.properties);
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (!Object.hasOwn(properties, name)) return [[name, member]];
    const known = recordOf(properties[name]);
    const takesNull = [known.type, known.enum].flat()
      .some((one) => one === "null" || one === null);
    const isAbsent = member === undefined || (member === null && !takesNull);
    if (isAbsent && !required.includes(name)) return [];
    return [[name, readArgument(member, known, where, `${path}.${name}`)]];
  });
  return Object.fromEntries(members);
}

export function recordOf(value: unknown): JsonObject {
  return isRecord(value) ? value as JsonObject : {};
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  if (type === "integer") return Number.isInteger(value);
  const kind: string = typeof value;
  return kind === type;
}

/** Read a list of `{whitelistPattern}`; empty patterns are left out. */
export function readPatterns<T>(
  read: ConfigReader,
  name: string,
  compile: (source: string) => T,
): readonly T[] {
  return read.records(name).flatMap(({ whitelistPattern = "" }) => {
    if (typeof whitelistPattern !== "string") {
      throw read.fault(`'${name}' must have patterns that are texts`);
    }
    const source = whitelistPattern.trim();
    try {
      return source === "" ? [] : [compile(source)];
    } catch (error) {
      const why = error instanceof RangeError ? `: ${error.message}` : "";
      throw read.fault(`'${name}' has an invalid pattern: ${source}${why}`);
    }
  });
}
