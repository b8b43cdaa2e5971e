import { RocketRideException } from "../../errors.ts";
import { substitute } from "../../protocol/substitute.ts";
import { requireForTask, rightsOver } from "../access/permissions.ts";
import { chooseSource } from "../pipeline/choose_source.ts";
import { compile } from "../compile.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import { type Call, notRunning, type Reply, taskOf } from "./call.ts";
import { inspectOptions } from "./inspect_options.ts";
import { loadNodes } from "../validate/start_fault.ts";
import { startedBody } from "./started_body.ts";
import {
  secretsOf,
  withHidden,
  withoutValues,
} from "../validate/without_values.ts";

/**
 * `restart`: another pipeline under the same token.
 *
 * Source, environment, threads and time to live stay. The new pipeline is
 * looked at first: one that cannot run leaves the old one running.
 */
export async function restart(call: Call): Promise<Reply> {
  const { core, identity, args, token } = call;
  if (token === undefined || token === "*") {
    throw new RocketRideException("Task token is required for restart");
  }
  const pipeline = readPipeline(
    args.pipeline,
    "Missing pipeline configuration in restart request",
  );
  const task = taskOf(call);
  requireForTask(identity, "task.control", task.spec.token);
  const { env } = task.spec;
  const resolved = substitute(pipeline, env);
  const loading = loadNodes(resolved, core.registry);
  if (loading) await loading;
  if (!task.active) throw notRunning();
  const hide = withoutValues(pipeline, env);
  const plan = withHidden(
    hide,
    () =>
      compile(resolved, chooseSource(resolved, task.spec.source), {
        ...inspectOptions(core),
        hide,
        secrets: secretsOf(pipeline, resolved, env),
      }),
  );
  const rights = rightsOver(identity, task.spec.userId);
  await task.restart(pipeline, plan, rights.has("task.store"));
  return startedBody(call, task);
}
