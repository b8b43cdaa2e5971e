import { randomUUID } from "../bytes.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import {
  isStartedTask,
  type Pipeline,
  type StartedTask,
  substitute,
  unwrapPipeline,
  type WrappedPipeline,
} from "../../schema/pipeline.ts";
import { ignore, makeDisposable } from "../async.ts";
import {
  checkOptions,
  checkValue,
  kindOf,
  type OptionNames,
  wholeNumber,
} from "../check.ts";
import {
  ExecutionException,
  ProtocolException,
  ValidationException,
} from "../errors.ts";
import type { EventType } from "../events/event_type.ts";
import { conceal } from "../protocol/secrets.ts";
import { acquire } from "../session/attachments.ts";
import { refusal } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import { keeperOf, type StartTask, type Task, terminate } from "./task.ts";

/** Where a pipeline comes from: exactly one of the two. */
export interface PipelineInput {
  /**
   * The pipeline itself, flat or wrapped, or the URL of its JSON: http,
   * https, data or file.
   */
  readonly pipeline?: Pipeline | WrappedPipeline | URL | undefined;
  /** The path of its JSON, on runtimes that have files. */
  readonly filepath?: string | URL | undefined;
  /**
   * The entry component's id.
   *
   * @default {the pipeline's own}
   */
  readonly source?: string | undefined;
  /**
   * Variables that override the session's when `${ROCKETRIDE_*}` is
   * substituted. They stay here; only the finished pipeline is sent.
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** The options of functions that take a pipeline and wait for the engine. */
export const PIPELINE_NAMES: OptionNames<PipelineInput & CallOptions> = {
  pipeline: 1,
  filepath: "string or URL",
  source: "string",
  env: "object",
  signal: 1,
  timeout: 1,
};

/** How much of the flow through a pipeline its events report. */
export type TraceLevel = "none" | "metadata" | "summary" | "full";

/** Options of {@linkcode use}. */
export interface UseOptions extends PipelineInput, CallOptions {
  /** A token of your own choice. @default {made by the engine} */
  readonly token?: string | undefined;
  /**
   * How many objects may be in the pipeline at once, 1 to 64.
   *
   * @default {64, by the engine}
   */
  readonly threads?: number | undefined;
  /**
   * Join the task if it runs already. The engine then ignores the pipeline,
   * `threads`, `ttl` and `env`.
   *
   * @default {false}
   */
  readonly useExisting?: boolean | undefined;
  /**
   * Seconds, not milliseconds, without data after which the engine stops the
   * task; 0 for never.
   *
   * @default {900, by the engine}
   */
  readonly ttl?: number | undefined;
  /** Further arguments for the engine's command line. */
  readonly args?: readonly string[] | undefined;
  /** The display name. @default {the file's name without `.pipe` or `.json`} */
  readonly name?: string | undefined;
  /** The level of `apaevt_flow` events. @default {no such events} */
  readonly pipelineTraceLevel?: TraceLevel | undefined;
  /**
   * Watch the task from its very beginning: `events` of the task that is
   * returned has all events of these kinds or names. A pipeline without a
   * `project_id` is given one, as engines do.
   *
   * @default {nothing is watched}
   */
  readonly events?: Iterable<EventType> | undefined;
  /**
   * Start the pipeline again when the engine has lost the task: after a
   * reconnect to an engine that does not have it any more, and when a pipe
   * finds that it has ended, for example since its `ttl` has passed. The
   * task's `token` is then the new one; the old one still opens pipes. Calls
   * that open a pipe wait for the start, each as long as its own `timeout` and
   * `signal` let it, and start the pipeline once together. Pipes that were
   * open fail with a `retryable` error; over HTTP so does the call that finds
   * the task lost, since nothing is asked as a pipe opens. `events` has the
   * events of all starts. This ends with `terminate`, with the session, and
   * when every task that was returned with `keepRunning` for that token is
   * disposed of.
   *
   * @default {false}
   */
  readonly keepRunning?: boolean | undefined;
  /**
   * The team that the task belongs to. Servers from 1.4 on refuse all but the
   * account's development team; deployments run for teams.
   *
   * @default {the account's default team}
   */
  readonly teamId?: string | undefined;
}

const USE_NAMES: OptionNames<UseOptions> = {
  ...PIPELINE_NAMES,
  token: "string",
  threads: 1,
  useExisting: "boolean",
  ttl: 1,
  args: "list",
  name: "string",
  pipelineTraceLevel: ["none", "metadata", "summary", "full"],
  events: 1,
  keepRunning: "boolean",
  teamId: "string",
};

/**
 * Start a pipeline and return its task.
 *
 * Resolves when the engine is ready for data, which may take minutes where
 * models are loaded; without `timeout` it waits as long. `${ROCKETRIDE_*}` in
 * string values is substituted here, once; unknown names stay as they are,
 * and the API key is never put in. A start that is given up (`signal`,
 * `timeout`, a `close` within its `grace`) is terminated as soon as the
 * engine reports it, unless `useExisting` was set.
 *
 * @param session A session from {@linkcode connect}.
 * @param options The pipeline and how to run it; see {@linkcode UseOptions}.
 * @returns The task; `token` is what the other functions take.
 * @throws {ValidationException} The pipeline cannot be read, is not JSON or
 * has no components. Nothing was sent.
 * @throws {RangeError} `threads` or `ttl` is out of range. Nothing was sent.
 * @throws {ExecutionException} The engine refused or failed to start it.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { close, connect, send, terminate, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   project_id: "example",
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 * const result = await send(session, task, "Hello");
 * assert(String(result.text).startsWith("Hello"));
 * await terminate(session, task);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function use(
  session: Session,
  options: UseOptions,
): Promise<Task> {
  const core = coreOf(session);
  checkOptions(options, "use(session, { pipeline })", USE_NAMES);
  const {
    env: _env,
    events: types,
    filepath: _filepath,
    keepRunning,
    name,
    pipeline: _pipeline,
    signal,
    timeout,
    token,
    useExisting,
    ...sent
  } = options;
  const { threads = 1, ttl } = sent;
  wholeNumber("threads", threads, 1, 64);
  checkValue("ttl", ttl, Number.isFinite(ttl) && ttl! >= 0, "seconds, or 0");
  const loaded = await loadPipeline(core, options);
  // Without a project the engine would choose one, and send it too late.
  const project_id = types && (loaded.pipeline.project_id || randomUUID());
  const pipeline = { ...loaded.pipeline, ...(project_id && { project_id }) };
  const { longTimeout, secrets, transport } = core.settings;
  secrets.add(token);
  // Over HTTP a start has no place for a name; only a given one is missed.
  const fileName = transport.connectionless ? undefined : loaded.name;
  const owned = !useExisting;
  const begin: StartTask = (
    pipeline,
    signal,
    take,
    { join = useExisting, isEnded } = {},
  ) =>
    acquire(core, {
      request: {
        command: "execute",
        // Here a token is the name of the new task.
        arguments: {
          pipeline,
          ...sent,
          name: name ?? fileName,
          useExisting: join || undefined,
          token,
        },
      },
      options: { signal, timeout: timeout ?? longTimeout },
      take: (response) => take(startedOf(core, response)),
      // A task that was joined is not terminated.
      free: owned || isEnded
        ? async ({ body }) => {
          const isOurs = owned || isEnded?.();
          if (isOurs && isStartedTask(body)) await stop(core, body.token);
        }
        : undefined,
    });
  // Loaded on demand: few programs keep tasks running or watch them.
  const keep = keepRunning &&
    (await import("./keep_running.ts")).keepRunning;
  const subscribe = types && (await import("../events/events.ts")).subscribe;
  // Before the start: engines do not repeat what has happened.
  const watching = await subscribe?.(core, {
    projectId: project_id!,
    source: pipeline.source || "*",
  }, { types: types!, signal, timeout });
  try {
    return await begin(pipeline, signal, (started) => {
      // The events of later starts are wanted, too.
      if (!keep) watching?.narrow(started);
      watching?.open();
      const task = taskOf(core, {
        owned,
        started,
        // A task that ran already keeps the threads it was started with.
        ...(owned && sent.threads && { threads }),
        ...(watching && { events: watching.stream }),
      });
      if (keep) keep(core, task, pipeline, begin);
      return task;
    });
  } catch (error) {
    await watching?.stream.cancel().catch(ignore);
    throw error;
  }
}

/** A pipeline as it will be sent. */
interface LoadedPipeline {
  readonly pipeline: Pipeline;
  /** What the file of `filepath` is called. */
  readonly name?: string | undefined;
}

/**
 * Read, unwrap and substitute a pipeline, and give it its source. The caller's
 * object is never changed.
 */
export async function loadPipeline(
  { settings }: SessionCore,
  { pipeline, filepath, source, env, signal }: PipelineInput & CallOptions,
): Promise<LoadedPipeline> {
  if ((pipeline === undefined) === (filepath === undefined)) {
    throw new ValidationException(
      'Expected either "pipeline" or "filepath", exactly one of them',
    );
  }
  const place: unknown = filepath ?? pipeline;
  const isText = typeof place === "string";
  if (isText && place.trimStart().startsWith("{")) {
    // Not shown: what it configures may hold keys.
    throw new ValidationException(
      "Cannot use JSON text as a pipeline: expected an object or a path",
      { hint: "Give what JSON.parse makes of it" },
    );
  }
  // Loaded on demand: programs that pass an object do not need it.
  const file = isText || place instanceof URL
    ? await (await import("../runtime/read_json.ts")).readJson(place, signal)
    : undefined;
  const flat = unwrapPipeline(file ? file.value : place);
  if (!flat) {
    if (Object(place) !== place && !isText) {
      throw new TypeError(`Cannot use ${kindOf(place)} as a pipeline`);
    }
    throw new ValidationException(
      `Cannot use ${file?.shown() ?? "the pipeline"}: ` +
        'expected a pipeline with "components"',
    );
  }
  const { secrets } = settings;
  const variables = { ...await settings.env(), ...env };
  const whole = substitute(flat, variables, (value) => secrets.add(value));
  return {
    pipeline: source === undefined ? whole : { ...whole, source },
    name: filepath && file?.name,
  };
}

/** Terminate a task whose caller has given up, also while the session closes. */
async function stop(core: SessionCore, token: string): Promise<void> {
  const request = { command: "terminate", token, arguments: { token } };
  await core.request(request, { frees: true });
}

/** The task of a response of `execute` or `restart`. */
export function startedOf(
  { settings: { secrets } }: SessionCore,
  response: ResponseMessage,
): StartedTask {
  if (didFail(response)) throw refusal(response, ExecutionException);
  const { body } = response;
  if (isStartedTask(body)) return conceal(body, ["token", "publicToken"]);
  throw new ProtocolException("Cannot use the task: expected a token", {
    dapResult: secrets.hideIn(response, true),
  });
}

/** Make the handle of a task that was started, joined or restarted. */
export function taskOf(
  core: SessionCore,
  details: Omit<Task, "token" | keyof AsyncDisposable>,
): Task {
  const { owned, started: { token }, events } = details;
  const task = conceal({ token, ...details }, ["token"]) as Task;
  // Never rejects: it runs while something else may be failing.
  makeDisposable(task, async () => {
    const { token } = task;
    keeperOf(core, token)?.leave(task);
    // A caller that still reads it cancels it.
    await events?.cancel().catch(ignore);
    if (owned) await terminate(core, token).catch(ignore);
  });
  return task;
}
