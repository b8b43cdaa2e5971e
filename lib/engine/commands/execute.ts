import { requireUnbound } from "../access/permissions.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import type { Call, Reply } from "./call.ts";
import { startedBody } from "./started_body.ts";
import { readStartOptions } from "./start_options.ts";
import { startTask } from "./start_task.ts";

/** `execute`: start a pipeline, or join it when it runs. */
export async function execute(call: Call): Promise<Reply> {
  const { core, identity, args } = call;
  requireUnbound(identity, "task.control");
  const pipeline = readPipeline(
    args.pipeline,
    "Missing pipeline configuration in launch request",
  );
  const { source, token, name } = args;
  const task = await startTask(core, {
    pipeline,
    userId: identity.userId,
    rights: identity.permissions,
    options: readStartOptions(args, core.settings.maxPipes),
    source,
    token,
    name,
    useExisting: args.useExisting === true,
  });
  return startedBody(call, task);
}
