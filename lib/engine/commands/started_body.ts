import type { StartedTask } from "../../../schema/task.ts";
import type { Task } from "../run/task.ts";
import type { Call } from "./call.ts";

/**
 * The body that answers `execute` and `restart`. Its keys carry no more than
 * who asks may do: the task may have been started by somebody else.
 */
export function startedBody(
  { core, identity }: Call,
  { spec }: Task,
): Readonly<Record<string, unknown>> {
  const { displayId: id, projectId, source, provider } = spec;
  const started: StartedTask = {
    id,
    token: core.keys.keyFor("tk", spec, identity),
    publicToken: core.keys.keyFor("pk", spec, identity),
    projectId,
    source,
    provider,
  };
  return { ...started };
}
