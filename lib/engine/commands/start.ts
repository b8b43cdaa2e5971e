import { isRecord } from "../../../schema/json.ts";
import {
  type Pipeline,
  type StartedTask,
  substitute,
} from "../../../schema/pipeline.ts";
import { RocketRideException, ValidationException } from "../../errors.ts";
import { denied, notRunning, rightsOver } from "../access/permissions.ts";
import { TEAM } from "../access/scope.ts";
import type { Core } from "../core.ts";
import { registryOf } from "../nodes/builtin_nodes.ts";
import { compile, type Plan } from "../pipeline/compile.ts";
import {
  chooseSource,
  type ChosenSource,
  isName,
  readPipeline,
} from "../pipeline/component.ts";
import { TRACE_LEVELS } from "../run/flow_trace.ts";
import { Task, type TaskSpec } from "../run/task.ts";
import { displayId, pipelineHash, publicToken, taskToken } from "../run/ids.ts";
import { loadNodes } from "../pipeline/node_faults.ts";
import {
  secretsOf,
  withHidden,
  withoutValues,
} from "../pipeline/secrets_of.ts";
import type { LogAddress } from "../monitor/event_log.ts";
import type { Call, Reply, TaskCall } from "./call.ts";
import { inspectOptions } from "./validate.ts";

/** `execute`: start a pipeline, or join it when it runs. */
export async function execute(call: Call): Promise<Reply> {
  const { core, identity, args } = call;
  const pipeline = readPipeline(
    args.pipeline,
    "Missing pipeline configuration in launch request",
  );
  const { source, token, name, teamId } = args;
  if (teamId && teamId !== TEAM) {
    throw denied(
      "Access denied: a run of development is of your development team",
    );
  }
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

/**
 * `restart`: another pipeline under the same token.
 *
 * Source, environment, threads and time to live stay. A pipeline that cannot
 * run leaves the old one running.
 */
export async function restart(call: TaskCall): Promise<Reply> {
  const { core, identity, args, task } = call;
  const pipeline = readPipeline(
    args.pipeline,
    "Missing pipeline configuration in restart request",
  );
  const { env, source, userId } = task.spec;
  const prepared = prepare(core, pipeline, env);
  if (prepared.loading) await prepared.loading;
  if (!task.active) throw notRunning();
  const plan = prepared.plan(prepared.source(source));
  const reachesFiles = rightsOver(identity, userId).has("task.store");
  await task.restart(pipeline, plan, reachesFiles);
  return startedBody(call, task);
}

/**
 * The body that answers both. Its keys carry no more than the caller may do:
 * another user may have started the task.
 */
function startedBody({ core, identity }: Call, { spec }: Task): Reply {
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

/** A pipeline with its variables replaced, whose values no fault shows. */
interface Prepared {
  /** Loads the code of its nodes; `undefined` when there is nothing to load. */
  readonly loading: Promise<unknown> | undefined;
  source(wanted: unknown): ChosenSource;
  plan(source: ChosenSource): Plan;
}

function prepare(
  core: Core,
  pipeline: Pipeline,
  env: Readonly<Record<string, string>>,
): Prepared {
  const resolved = substitute(pipeline, env);
  const hide = withoutValues(pipeline, env);
  return {
    loading: loadNodes(resolved, registryOf(core.settings)),
    source: (wanted) => withHidden(hide, () => chooseSource(resolved, wanted)),
    plan: (source) =>
      withHidden(hide, () =>
        compile(resolved, source, {
          ...inspectOptions(core),
          hide,
          secrets: secretsOf(pipeline, resolved, env),
        })),
  };
}

/** How a task is to run. */
type StartOptions = Pick<TaskSpec, "threads" | "ttl" | "traceLevel" | "env">;

const DEFAULT_TTL_SECONDS = 900;

/** Read the options of `execute`; an absent or null one has its default. */
export function readStartOptions(
  args: Readonly<Record<string, unknown>>,
  maxPipes: number,
): StartOptions {
  const { pipelineTraceLevel, env } = args;
  const threads = args.threads ?? maxPipes;
  if (!(isWhole(threads) && threads >= 1 && threads <= maxPipes)) {
    throw new ValidationException(
      `'threads' must be a whole number from 1 to ${maxPipes}`,
    );
  }
  const ttl = args.ttl ?? DEFAULT_TTL_SECONDS;
  if (!(typeof ttl === "number" && ttl >= 0 && ttl < Infinity)) {
    throw new ValidationException("'ttl' must be a number of seconds from 0");
  }
  const traceLevel = TRACE_LEVELS.find((known) =>
    known === (pipelineTraceLevel || "none")
  );
  if (!traceLevel) {
    throw new ValidationException(
      `'pipelineTraceLevel' must be one of ${TRACE_LEVELS.join(", ")}`,
    );
  }
  const values = Object.entries(isRecord(env) ? env : {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return { threads, ttl, traceLevel, env: Object.fromEntries(values) };
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value);
}

/** What is to be started, by whom, and how. */
export interface StartRequest
  extends
    Pick<TaskSpec, "userId" | "rights">,
    Partial<Pick<TaskSpec, "runKind" | "teamId" | "trigger">> {
  /** The pipeline as it was received, placeholders unresolved. */
  readonly pipeline: Pipeline;
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
 * From looking for a running task to adding the new one there is no wait, so
 * that calls at the same time end up with the same task.
 */
export async function startTask(
  core: Core,
  request: StartRequest,
): Promise<Task> {
  const { settings, tasks, host } = core;
  const { pipeline, userId, rights, options } = request;
  const env = { ...core.env.values, ...options.env };
  const prepared = prepare(core, pipeline, env);
  if (prepared.loading) await prepared.loading;
  const chosen = prepared.source(request.source);
  const { id: source, provider } = chosen;
  const given = pipeline.project_id;
  const projectId = isName(given) ? given : settings.randomUUID();
  const { runKind = "dev", teamId = "", trigger = "manual" } = request;
  const address = { projectId, source, userId };

  const token = isName(request.token)
    ? checkKey(core, request.token)
    : makeToken(core, { ...address, runKind, teamId });
  const known = tasks.get(token);
  if (known?.stopping) {
    await known.stop();
    return await startTask(core, request);
  }
  if (known?.active) {
    if (!request.useExisting) {
      throw new RocketRideException("Pipeline is already running.", {
        code: "task-exists",
      });
    }
    await known.whenRunning();
    return known;
  }

  const plan = prepared.plan(chosen);
  const id = displayId(token, source);
  const name = isName(request.name) ? request.name : id;
  const spec = {
    ...options,
    ...address,
    runKind,
    teamId,
    trigger,
    pipelineHash: pipelineHash(pipeline),
    rights,
    token,
    publicToken: settings.tokens === "server" && runKind === "dev"
      ? publicToken(address)
      : newKey(core, "pk"),
    displayId: id,
    provider,
    name: `${name}.${sourceName(plan)}`,
    env,
  };
  const task = new Task(spec, pipeline, host);
  tasks.add(task);
  await task.start(plan);
  return task;
}

/** A key has at least as many characters as one that the engine makes. */
const MIN_KEY = 35;

/**
 * A token that the caller chose. One that is a credential must not follow from
 * its first characters, which every watcher sees.
 */
function checkKey({ settings }: Core, token: string): string {
  const isKey = settings.auth !== undefined && /^(tk|pk)_/.test(token);
  if (!isKey || token.length >= MIN_KEY) return token;
  throw new ValidationException(
    `A 'token' that begins with tk_ or pk_ is a key: ` +
      `it must have ${MIN_KEY} characters or more`,
  );
}

/** Derived as a server does it, or random where the engine was told so. */
function makeToken(
  core: Core,
  address: Pick<Task["spec"], "userId" | keyof LogAddress>,
): string {
  const { runKind, teamId, projectId, source, userId } = address;
  if (core.settings.tokens === "server") {
    const whose = teamId === "" ? userId : `team~${teamId}`;
    const owner = runKind === "dev" ? userId : `deploy~${whose}`;
    return taskToken({ projectId, source, userId: owner });
  }
  const known = core.tasks.ofSource(projectId, source)
    .find(({ active, spec }) =>
      active && spec.userId === userId && spec.runKind === runKind &&
      spec.teamId === teamId
    );
  return known?.spec.token ?? newKey(core, "tk");
}

function newKey({ settings }: Core, kind: "tk" | "pk"): string {
  return `${kind}_${settings.randomUUID().replaceAll("-", "")}`;
}

/** The display name of the source component. */
function sourceName({ source, nodes }: Plan): string {
  const node = nodes.get(source);
  return [node?.name, node?.rawConfig.name].find(isName) ?? source;
}
