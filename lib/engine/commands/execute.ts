import { RocketRideException } from "../../errors.ts";
import { substitute } from "../../protocol/substitute.ts";
import { requireUnbound } from "../access/identity.ts";
import { chooseSource } from "../pipeline/choose_source.ts";
import { compile, type Plan } from "../compile.ts";
import { isName } from "../pipeline/component.ts";
import { readPipeline } from "../pipeline/read_pipeline.ts";
import type { Core } from "../core.ts";
import { Task } from "../run/task.ts";
import { displayId, publicToken, taskToken } from "../run/tokens.ts";
import type { Call, Reply } from "./call.ts";
import { inspectOptions } from "./inspect_options.ts";
import { readStartOptions } from "./start_options.ts";

/** What a task is found by. */
interface Address {
  readonly projectId: string;
  readonly source: string;
}

/**
 * `execute`: start a pipeline, or join it when it runs already (engine §9.2).
 *
 * From looking for a running task to entering the new one nothing is waited
 * for, so that calls at the same time end up with the same task.
 */
export async function execute(call: Call): Promise<Reply> {
  const { core, identity, args } = call;
  const { settings, tasks, host } = core;
  requireUnbound(identity, "task.control");
  const pipeline = readPipeline(
    args.pipeline,
    "Missing pipeline configuration in launch request",
  );
  const options = readStartOptions(args, settings.maxPipes);
  const env = { ...settings.env, ...options.env };
  const resolved = substitute(pipeline, env);
  const { id: source, provider } = chooseSource(resolved, args.source);
  const given = pipeline.project_id;
  const projectId = isName(given) ? given : settings.randomUUID();
  const address = { projectId, source };

  const token = isName(args.token) ? args.token : makeToken(core, address);
  const known = tasks.get(token);
  if (known?.stopping) {
    await known.stop();
    return await execute(call);
  }
  if (known?.active) {
    if (args.useExisting !== true) throw alreadyRunning();
    await known.whenRunning();
    return known.started;
  }

  const plan = compile(
    resolved,
    { id: source, provider },
    inspectOptions(core),
  );
  const id = displayId(token, source);
  const name = `${isName(args.name) ? args.name : id}.${sourceName(plan)}`;
  const task = new Task(
    {
      ...options,
      ...address,
      token,
      publicToken: publicToken(address),
      displayId: id,
      provider,
      name,
      env,
    },
    pipeline,
    host,
  );
  tasks.add(task);
  await task.start(plan);
  return task.started;
}

/** Derived as a server does it, or random where the engine was told so. */
function makeToken(core: Core, address: Address): string {
  const { tokens, userId, randomUUID } = core.settings;
  if (tokens === "server") return taskToken({ ...address, userId });
  const [known] = core.tasks.ofSource(address.projectId, address.source);
  if (known?.active) return known.spec.token;
  return `tk_${randomUUID().replaceAll("-", "")}`;
}

/** The name that the source component has for people. */
function sourceName({ source, nodes }: Plan): string {
  const node = nodes.get(source);
  return [node?.name, node?.rawConfig.name].find(isName) ?? source;
}

function alreadyRunning(): RocketRideException {
  return new RocketRideException("Pipeline is already running.", {
    code: "task-exists",
  });
}
