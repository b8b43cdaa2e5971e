import { isRecord, type JsonObject } from "../../../schema/json.ts";
import type {
  ControlConnection,
  InputConnection,
} from "../../../schema/pipeline.ts";

/** A component with every member in its place. */
export interface Component {
  /** Unique in the pipeline. */
  readonly id: string;
  /** The name of the node that does the work. */
  readonly provider: string;
  /** The display name, when the pipeline gives one. */
  readonly name: string | undefined;
  /** The settings; `{}` when absent. */
  readonly config: JsonObject;
  /** Data connections; `[]` when absent. */
  readonly input: readonly InputConnection[];
  /** Control connections; `[]` when absent. */
  readonly control: readonly ControlConnection[];
}

/**
 * Read the components of a pipeline, leaving out whatever is malformed.
 *
 * Malformed parts are reported by `structureFaults`; what is left can be
 * looked at further, so that one fault does not hide the next. Of components
 * that share an id only the first is kept.
 */
export function readComponents(components: unknown): readonly Component[] {
  const byId = new Map<string, Component>();
  for (const item of Array.isArray(components) ? components : []) {
    const component = readComponent(item);
    if (component && !byId.has(component.id)) {
      byId.set(component.id, component);
    }
  }
  return [...byId.values()];
}

/**
 * The most characters of an id or a name. Each fault of a component repeats
 * its id, so that a long one would multiply.
 */
export const MAX_NAME_LENGTH = 1024;

/** Tell whether a value can be an id or a name. */
export function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" &&
    value.length <= MAX_NAME_LENGTH;
}

/** Why a value cannot be a name, as the end of a sentence. */
export function nameFault(value: unknown): string {
  return typeof value === "string" && value !== ""
    ? `must have at most ${MAX_NAME_LENGTH} characters`
    : "must be a non-empty string";
}

function readComponent(item: unknown): Component | undefined {
  if (!isRecord(item) || !isName(item.id) || !isName(item.provider)) {
    return undefined;
  }
  return {
    id: item.id,
    provider: item.provider,
    name: isName(item.name) ? item.name : undefined,
    config: (isRecord(item.config) ? item.config : {}) as JsonObject,
    input: list(item.input).filter(isInput),
    control: list(item.control).filter(isControl),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isInput(value: unknown): value is InputConnection {
  return isRecord(value) && isName(value.lane) && isName(value.from);
}

function isControl(value: unknown): value is ControlConnection {
  return isRecord(value) && isName(value.classType) && isName(value.from);
}
