import type { Pipeline } from "../../../schema/pipeline.ts";
import { ValidationException } from "../../errors.ts";
import { rightsOver } from "../access/permissions.ts";
import { readSchedule, type Schedule } from "../deploy/schedule.ts";
import { isName, readPipeline } from "../pipeline/component.ts";
import type { Call, Reply } from "./call.ts";

/** `rrext_deploy_add`: keep a pipeline under its project. */
export async function deployAdd(
  { core, identity, args }: Call,
): Promise<Reply> {
  const pipeline = readFlat(args.pipeline);
  const { project_id: projectId } = pipeline;
  if (!isName(projectId)) {
    throw new ValidationException("Pipeline has no 'project_id' to deploy by");
  }
  const schedule = await scheduleOf(args) ?? await readSchedule("manual");
  const { userId, permissions: rights } = identity;
  const deployed = { pipeline, rights };
  return structuredClone(
    core.deployments.add(projectId, deployed, schedule, userId),
  );
}

/** `rrext_deploy_remove`: forget the deployment of a project. */
export function deployRemove({ core, args }: Call): Reply {
  core.deployments.remove(projectOf(args));
}

/** `rrext_deploy_list`: all deployments. */
export function deployList({ core }: Call): Reply {
  return { deployments: structuredClone(core.deployments.list()) };
}

/** `rrext_deploy_status`: the deployment of a project. */
export function deployStatus({ core, args }: Call): Reply {
  return structuredClone(core.deployments.get(projectOf(args)));
}

/** `rrext_deploy_update`: another pipeline, another schedule, or both. */
export async function deployUpdate(
  { core, identity, args }: Call,
): Promise<Reply> {
  const projectId = projectOf(args);
  const given = args.pipeline ?? undefined;
  // The project is the deployment's name and cannot change.
  const pipeline = given === undefined
    ? undefined
    : { ...readFlat(given), project_id: projectId };
  const schedule = await scheduleOf(args);
  const { created_by: owner } = core.deployments.get(projectId);
  const rights = rightsOver(identity, owner ?? core.settings.userId);
  const deployed = pipeline && { pipeline, rights };
  core.deployments.update(projectId, deployed, schedule);
}

function readFlat(value: unknown): Pipeline {
  const missing = "Missing pipeline configuration in deploy request";
  const pipeline = readPipeline(value, missing);
  if (Array.isArray(pipeline.components)) return pipeline;
  throw new ValidationException("Invalid components in pipeline");
}

function projectOf({ projectId }: Call["args"]): string {
  if (isName(projectId)) return projectId;
  throw new ValidationException("Project id is required");
}

async function scheduleOf(
  { schedule }: Call["args"],
): Promise<Schedule | undefined> {
  if (typeof schedule === "string") {
    return schedule === "" ? undefined : await readSchedule(schedule);
  }
  if (schedule === undefined || schedule === null) return undefined;
  throw new ValidationException("'schedule' must be text");
}
