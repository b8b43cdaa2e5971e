import { randomUUID } from "../bytes.ts";
import type { ResponseMessage } from "../../schema/envelope.ts";
import type { Pipeline } from "../../schema/pipeline.ts";
import { isStartedTask } from "../../schema/task.ts";
import { ignore, onAbort } from "../async.ts";
import { checkOptions, type OptionNames, quoted } from "../check.ts";
import type { EventType } from "../events/event_type.ts";
import type { EventSubscription } from "../events/events.ts";
import { unescaped } from "../fetch_place.ts";
import { acquire } from "../session/attachments.ts";
import { buildRequest } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import {
  loadPipeline,
  PIPELINE_NAMES,
  type PipelineInput,
} from "./load_pipeline.ts";
import { startedOf, type StartTask, type Task, taskOf } from "./task.ts";

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
  /** The team that the task belongs to. @default {the account's default team} */
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
  checkNumbers(options);
  const found = await loadPipeline(core, options, options);
  const pipeline = options.events ? withProject(found) : found;
  const { signal, useExisting = false } = options;
  const owned = !useExisting;
  core.settings.secrets.add(options.token);
  const timeout = options.timeout ?? core.settings.longTimeout;
  // Programs that keep nothing running need not load it.
  const keep = options.keepRunning
    ? (await import("./keep_running.ts")).keepRunning
    : undefined;
  const begin: StartTask = (
    pipeline,
    signal,
    take,
    { join = useExisting, isEnded } = {},
  ) =>
    acquire(core, {
      request: buildRequest("execute", {
        token: options.token,
        arguments: {
          pipeline,
          ...present(options),
          ...nameOf(core, options),
          ...(join && { useExisting: true }),
        },
      }),
      options: { signal, timeout },
      take: (response) => take(startedOf(core, response)),
      // What a task that was joined does is not for this call to end.
      free: owned || isEnded
        ? async (response) => {
          if (owned || isEnded?.()) await stop(core, response);
        }
        : undefined,
    });
  // The signal is for the start alone; the events go on after it.
  const start = new AbortController();
  const detach = onAbort(signal, (reason) => start.abort(reason));
  let watching: EventSubscription | undefined;
  try {
    watching = await watchStart(core, pipeline, {
      ...options,
      signal: start.signal,
    });
    return await begin(pipeline, signal, (started) => {
      // The events of later starts are wanted, too.
      if (!keep) watching?.narrow(started);
      watching?.open();
      const task = taskOf(core, started, {
        owned,
        threads: options.threads,
        stream: watching?.stream,
      });
      keep?.(core, task, pipeline, begin);
      return task;
    });
  } catch (error) {
    await watching?.stream.cancel().catch(ignore);
    throw error;
  } finally {
    detach();
  }
}

/** Without a project the engine would choose one, and send it too late. */
function withProject(pipeline: Pipeline): Pipeline {
  if (pipeline.project_id) return pipeline;
  return { ...pipeline, project_id: randomUUID() };
}

/** Before the start: engines do not repeat what has happened. */
async function watchStart(
  session: SessionCore,
  pipeline: Pipeline,
  options: UseOptions,
): Promise<EventSubscription | undefined> {
  if (options.events === undefined) return undefined;
  const { project_id: projectId = "", source } = pipeline;
  const { events: types, signal, timeout } = options;
  const target = { projectId, source: source || "*" };
  // Most programs watch nothing; bundles of theirs need not carry it.
  const { subscribe } = await import("../events/events.ts");
  return await subscribe(session, target, { types, signal, timeout });
}

/** Terminate a task whose caller has given up, also while the session closes. */
async function stop(
  core: SessionCore,
  { body }: ResponseMessage,
): Promise<void> {
  if (!isStartedTask(body)) return;
  const { token } = body;
  await core.request(buildRequest("terminate", { token }), { frees: true });
}

function checkNumbers({ threads, ttl }: UseOptions): void {
  const whole = threads === undefined || Number.isInteger(threads);
  if (!whole || (threads ?? 1) < 1 || (threads ?? 1) > 64) {
    throw new RangeError(
      `Cannot use ${quoted(threads)} threads: expected 1 to 64`,
    );
  }
  const seconds = ttl ?? 0;
  if (!(Number.isFinite(seconds) && seconds >= 0)) {
    throw new RangeError(
      `Cannot use ttl ${quoted(ttl)}: expected seconds, or 0`,
    );
  }
}

/** The arguments that were given; the engine has its own defaults. */
function present(options: UseOptions): Record<string, unknown> {
  const { source, threads, ttl, args } = options;
  const { pipelineTraceLevel, teamId } = options;
  const all = {
    source,
    threads,
    ttl,
    args,
    pipelineTraceLevel,
    teamId,
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  );
}

function nameOf(
  { settings }: SessionCore,
  { name, filepath }: UseOptions,
): { name?: string } {
  if (name !== undefined) return { name };
  // There a start has no place for a name; only one that was given is missed.
  if (settings.transport.connectionless) return {};
  const isURL = filepath instanceof URL;
  // Inline data has no name.
  if (isURL && filepath.protocol === "data:") return {};
  const path = isURL ? unescaped(filepath.pathname) : filepath;
  const file = path?.split(/[\\/]/).at(-1)?.replace(/(\.pipe)?(\.json)?$/, "");
  return file ? { name: file } : {};
}
