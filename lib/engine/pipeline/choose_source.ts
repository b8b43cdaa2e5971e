import { isRecord } from "../../../schema/json.ts";
import { ValidationException } from "../../errors.ts";
import { isName } from "./component.ts";

/** The component that a pipeline starts from. */
export interface ChosenSource {
  /** Its id. */
  readonly id: string;
  /** Its provider. */
  readonly provider: string;
}

/**
 * Find the component that data enters by.
 *
 * @param pipeline The flat pipeline.
 * @param wanted The `source` of the request; wins over the pipeline's own.
 * @throws {ValidationException} There is none, there are several, or the
 * named one is not there.
 */
export function chooseSource(
  pipeline: Readonly<Record<string, unknown>>,
  wanted?: unknown,
): ChosenSource {
  if (!Array.isArray(pipeline.components)) {
    throw new ValidationException("Invalid components in pipeline");
  }
  const components = pipeline.components.filter(isRecord);
  const named = [wanted, pipeline.source].find(isName);
  const id = named ?? impliedSource(components);
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
  const implied = components.filter(({ id, config }) =>
    isName(id) && isRecord(config) && config.mode === "Source"
  );
  if (implied.length > 1) {
    throw new ValidationException(
      "Pipeline has multiple source components, please specify one explicitly",
    );
  }
  const [only] = implied;
  if (!only) {
    throw new ValidationException(
      "Pipeline does not have a source component defined",
    );
  }
  return only.id as string;
}
