import type { Pipeline } from "../../../schema/pipeline.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { substitute } from "../../protocol/substitute.ts";
import type { Permission } from "../access/permissions.ts";
import { compile, type Plan } from "../compile.ts";
import type { Core } from "../core.ts";
import { chooseSource } from "../pipeline/choose_source.ts";
import { isName } from "../pipeline/component.ts";
import { Task } from "../run/task.ts";
import { displayId, publicToken, taskToken } from "../run/tokens.ts";
import { inspectOptions } from "./inspect_options.ts";
import { loadNodes } from "../validate/start_fault.ts";
import type { StartOptions } from "./start_options.ts";
import {
  secretsOf,
  withHidden,
  withoutValues,
} from "../validate/without_values.ts";

/** What a key has at least: as much as one that the engine makes. */
const LEAST_KEY = 35;

/** What a task is found by. */
interface Address {
  readonly projectId: string;
  readonly source: string;
}

/** What is to be started. */
export interface StartRequest {
  /** The pipeline as it was received, placeholders unresolved. */
  readonly pipeline: Pipeline;
  /** Who starts it. */
  readonly userId: string;
  /** What who starts it may do; it can do no more. */
  readonly rights: ReadonlySet<Permission>;
  /** How it is to run. */
  readonly options: StartOptions;
  /** The id of the source component; the pipeline's own when absent. */
  readonly source?: unknown;
  /** The token that the task gets; a derived one when absent. */
  readonly token?: unknown;
  /** The task's name; its display id when absent. */
  readonly name?: unknown;
  /** Whether a task that runs under the same token is joined. */
  readonly useExisting: boolean;
}

/**
 * Start a pipeline, or join it when it runs already.
 *
 * From looking for a running task to entering the new one nothing is waited
 * for, so that calls at the same time end up with the same task.
 */
export async function startTask(
  core: Core,
  request: StartRequest,
): Promise<Task> {
  const { settings, tasks, host } = core;
  const { pipeline, userId, rights, options } = request;
  const env = { ...core.env.values, ...options.env };
  const resolved = substitute(pipeline, env);
  const loading = loadNodes(resolved, core.registry);
  if (loading) {
    // A caller in process may change its pipeline meanwhile.
    const copy = structuredClone(pipeline);
    await loading;
    return await startTask(core, { ...request, pipeline: copy });
  }
  const hide = withoutValues(pipeline, env);
  const { id: source, provider } = withHidden(
    hide,
    () => chooseSource(resolved, request.source),
  );
  const given = pipeline.project_id;
  const projectId = isName(given) ? given : settings.randomUUID();
  const address = { projectId, source };

  const token = isName(request.token)
    ? checkKey(core, request.token)
    : makeToken(core, address, userId);
  const known = tasks.get(token);
  if (known?.stopping) {
    await known.stop();
    return await startTask(core, request);
  }
  if (known?.active) {
    if (!request.useExisting) throw alreadyRunning();
    await known.whenRunning();
    return known;
  }

  const plan = withHidden(
    hide,
    () =>
      compile(resolved, { id: source, provider }, {
        ...inspectOptions(core),
        hide,
        secrets: secretsOf(pipeline, resolved, env),
      }),
  );
  const id = displayId(token, source);
  const name = isName(request.name) ? request.name : id;
  const task = new Task(
    {
      ...options,
      ...address,
      userId,
      rights,
      token,
      publicToken: makePublicToken(core, address),
      displayId: id,
      provider,
      name: `${name}.${sourceName(plan)}`,
      env,
    },
    pipeline,
    host,
  );
  tasks.add(task);
  await task.start(plan);
  return task;
}

/**
 * A token of the caller's own choice. One that can be logged in with must not
 * follow from the first characters, which everybody sees who watches.
 */
function checkKey({ settings }: Core, token: string): string {
  const isKey = settings.auth !== undefined && /^(tk|pk)_/.test(token);
  if (!isKey || token.length >= LEAST_KEY) return token;
  throw new ValidationException(
    `A 'token' that begins with tk_ or pk_ is a key: ` +
      `it must have ${LEAST_KEY} characters or more`,
  );
}

/** Derived as a server does it, or random where the engine was told so. */
function makeToken(core: Core, address: Address, userId: string): string {
  const { tokens, randomUUID } = core.settings;
  if (tokens === "server") return taskToken({ ...address, userId });
  const known = core.tasks.ofSource(address.projectId, address.source)
    .find(({ active, spec }) => active && spec.userId === userId);
  return known?.spec.token ?? `tk_${randomUUID().replaceAll("-", "")}`;
}

/** Derived keys are the same for all users of a project. */
function makePublicToken({ settings }: Core, address: Address): string {
  const { tokens, randomUUID } = settings;
  if (tokens === "server") return publicToken(address);
  return `pk_${randomUUID().replaceAll("-", "")}`;
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
