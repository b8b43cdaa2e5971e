import { isRecord, type JsonObject } from "../../../schema/json.ts";
import {
  type ControlConnection,
  type InputConnection,
  type Pipeline,
  unwrapPipeline,
} from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";
import type { NodeRegistry } from "../registry.ts";

/** A component with every member in its place. */
export interface Component {
  readonly id: string;
  readonly provider: string;
  readonly name: string | undefined;
  readonly config: JsonObject;
  readonly input: readonly InputConnection[];
  readonly control: readonly ControlConnection[];
}

/** The component that a pipeline starts from. */
export type ChosenSource = Pick<Component, "id" | "provider">;

/**
 * Take the pipeline out of a request, as a copy: in process, the caller's own
 * object may change later.
 *
 * @param value The request's `pipeline`, flat or wrapped.
 * @param missing The message of the failure when there is none.
 * @throws {ValidationException} There is none.
 */
export function readPipeline(value: unknown, missing: string): Pipeline {
  if (!isRecord(value)) throw new ValidationException(missing);
  const copy: unknown = JSON.parse(JSON.stringify(value));
  // What is not a pipeline is reported by those who look at its components.
  return unwrapPipeline(copy) ?? copy as Pipeline;
}

/**
 * Read the components of a pipeline, leaving out whatever is malformed: it is
 * reported elsewhere, and one fault should not hide the next. Of components
 * that share an id only the first is kept.
 */
export function readComponents(components: unknown): readonly Component[] {
  const byId = new Map<string, Component>();
  for (const item of listOf(components)) {
    if (!isRecord(item) || !isName(item.id) || !isName(item.provider)) continue;
    if (byId.has(item.id)) continue;
    byId.set(item.id, {
      id: item.id,
      provider: item.provider,
      name: isName(item.name) ? item.name : undefined,
      config: (isRecord(item.config) ? item.config : {}) as JsonObject,
      input: listOf(item.input).filter((entry) => connects(entry, "lane")),
      control: listOf(item.control)
        .filter((entry) => connects(entry, "classType")),
    } as Component);
  }
  return [...byId.values()];
}

/** A list, empty when it is something else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function connects(entry: unknown, via: "lane" | "classType"): boolean {
  return isRecord(entry) && isName(entry[via]) && isName(entry.from);
}

/** What editors store their sticky notes as. */
const NOTES: readonly unknown[] = ["annotation", "default"];

/** The entries of a list of components, without the notes of an editor. */
export function withoutNotes(list: unknown, registry: NodeRegistry): unknown {
  if (!Array.isArray(list)) return list;
  return list.filter((item) =>
    !isRecord(item) || !NOTES.includes(item.provider) ||
    registry.has(item.provider as string)
  );
}

/**
 * The most characters of an id or a name. Each fault of a component repeats
 * its id, so that a long one would multiply.
 */
const MAX_NAME_LENGTH = 1024;

/** Whether a value can be an id or a name. */
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

/**
 * Find the component that data enters by.
 *
 * @param pipeline The flat pipeline.
 * @param wanted The `source` of the request; wins over the pipeline's own.
 * @throws {ValidationException} There is none, there are several, or the named
 * one does not exist.
 */
export function chooseSource(
  pipeline: Readonly<Record<string, unknown>>,
  wanted?: unknown,
): ChosenSource {
  if (!Array.isArray(pipeline.components)) {
    throw new ValidationException("Invalid components in pipeline");
  }
  const components = pipeline.components.filter(isRecord);
  const id = [wanted, pipeline.source].find(isName) ??
    impliedSource(components);
  const component = components.find((component) => component.id === id);
  if (!component) {
    throw new ValidationException(
      `Pipeline source component "${id}" not found in components list`,
    );
  }
  if (!isName(component.provider)) {
    throw new ValidationException(`Source "${id}" not found in pipeline`);
  }
  return { id, provider: component.provider };
}

function impliedSource(
  components: readonly Readonly<Record<string, unknown>>[],
): string {
  const [only, another] = components.filter(({ id, config }) =>
    isName(id) && isRecord(config) && config.mode === "Source"
  );
  if (another) {
    throw new ValidationException(
      "Pipeline has multiple source components, please specify one explicitly",
    );
  }
  if (only) return only.id as string;
  throw new ValidationException(
    "Pipeline does not have a source component defined",
  );
}
