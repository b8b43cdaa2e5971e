import {
  type Pipeline,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";

/**
 * Check a pipeline that is to be deployed, and take it out of its wrapper.
 *
 * @param projectId The project that it is deployed under; its own when absent.
 * @throws {ValidationException} It is none, or names no project.
 */
export function requirePipeline(
  given: Pipeline | WrappedPipeline,
  projectId?: string,
): Pipeline {
  const pipeline = unwrapPipeline(given);
  if (!pipeline) {
    throw new ValidationException(
      'Cannot deploy: expected a pipeline with "components"',
    );
  }
  const project = projectId ?? pipeline.project_id;
  if (typeof project === "string" && project.trim() !== "") {
    return { ...pipeline, project_id: project };
  }
  throw new ValidationException(
    'Cannot deploy a pipeline without a "project_id": deployments are found by it',
  );
}
