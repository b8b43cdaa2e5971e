import { isTaskStatus, type TaskStatus } from "../../schema/task.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { type Clock, deferred, ignore, onAbort } from "../async.ts";
import { ConnectionException, isDAPException } from "../errors.ts";
import { events, type StreamedEvent } from "./events.ts";
import type { LogAddress } from "./log_calls.ts";
import { type LogGap, type LogPosition, readLog } from "./read_log.ts";
import { isAbout } from "./subscriptions.ts";
import { resolveTarget } from "./target.ts";
import { checkOptions } from "../check.ts";
import { call, tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";

/** How often a watch that has had no event asks for the status. */
const ASK_MS = 2_000;
/** How long a watch that has had events waits for the next one. */
const QUIET_MS = 15_000;

/** Options of {@linkcode watchTask}. */
export interface WatchTaskOptions extends CallOptions {
  /**
   * Where in the task's log to begin: the statuses from there on come first.
   * Servers from 1.4 on have logs; on older ones the stream errors
   * (`unknown-command`).
   *
   * @default {now}
   */
  readonly from?: LogPosition | undefined;
}

/**
 * Watch the status of a task until it is over.
 *
 * The first value is the current status; later ones come with its changes,
 * about once a second. A slow reader gets the latest ones. After a reconnect
 * the status is requested again, so that the end is not missed. The stream
 * closes after the status that says `completed`.
 *
 * Without events, as with the public key of a task, the status is requested
 * every two seconds, and delivered if it has changed. Events name a task only
 * by its source and the first characters of its token. So an end, and a status
 * of a run that began at another time, are verified by a request first.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode WatchTaskOptions}; `signal` errors the stream.
 * @returns The statuses. Errors with a {@linkcode RocketRideException} when
 * the task does not run, and when the session is lost.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, terminate, use, watchTask } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 * let last;
 * for await (const status of watchTask(session, task)) {
 *   if (!last) await terminate(session, task);
 *   last = status;
 * }
 * assertEquals(last?.completed, true);
 * await close(session);
 * await engine.close();
 * ```
 */
export function watchTask(
  session: Session,
  task: TaskRef,
  options: WatchTaskOptions = {},
): ReadableStream<TaskStatus> {
  checkOptions(options, "watchTask(session, task, { timeout })", {
    from: "object",
    signal: 1,
    timeout: 1,
  });
  const { from, timeout } = options;
  const core = coreOf(session);
  const token = tokenOf(task);
  const gone = new AbortController();
  const calling = { timeout, signal: gone.signal };
  const watch = watchOf(core, token, calling);
  let detach: (() => void) | undefined;
  let past: StatusReader | undefined;

  return new ReadableStream<TaskStatus>({
    async pull(controller): Promise<void> {
      try {
        if (!detach) {
          detach = onAbort(options.signal, (reason) => gone.abort(reason));
          if (from) past = await pastOf(core, token, from, calling);
        }
        const old = await past?.read();
        if (old?.value) return controller.enqueue(old.value);
        past = undefined;
        const status = await watch.next();
        if (status) controller.enqueue(status);
        if (status && !status.completed) return;
        detach();
        controller.close();
        await watch.stop();
      } catch (error) {
        detach?.();
        gone.abort(error);
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      detach?.();
      gone.abort(reason);
      await watch.stop();
    },
  }, { highWaterMark: 0 });
}

type StatusReader = ReadableStreamDefaultReader<TaskStatus>;

/** The statuses of a task that are in its log, from some place on. */
async function pastOf(
  core: SessionCore,
  token: string,
  from: LogPosition,
  options: CallOptions,
): Promise<StatusReader> {
  const key = await resolveTarget(core, token, options);
  const types = ["apaevt_status_update"] as const;
  const address: LogAddress = { projectId: "", source: "", ...key.project };
  const log = readLog(core, { ...options, ...address, from, types });
  return log.pipeThrough(
    new TransformStream<TypedEvent | LogGap, TaskStatus>({
      transform(event, controller): void {
        // The log has other runs of the source, too.
        if (event.type !== "event" || !isAbout(key, event)) return;
        const { body } = event;
        if (isTaskStatus(body) && !body.completed) controller.enqueue(body);
      },
    }),
  ).getReader();
}

/** Follows one task by its events, and by requests if there are none. */
interface Watch {
  /** The next status that differs; none when the watch is over. */
  next(): Promise<TaskStatus | undefined>;
  stop(): Promise<void>;
}

function watchOf(
  core: SessionCore,
  token: string,
  options: CallOptions,
): Watch {
  const { clock, secrets } = core.settings;
  let opening: Promise<TimedReader<StreamedEvent>> | undefined;
  let hasAsked = false;
  let hasEvents = false;
  /** The latest value. */
  let known: TaskStatus | undefined;

  async function open(): Promise<TimedReader<StreamedEvent>> {
    const watching = {
      ...options,
      highWaterMark: 16,
      overflow: "drop-oldest",
    } as const;
    const types = ["apaevt_status_update"] as const;
    const stream = await events(core, token, { ...watching, types })
      .catch((error) => {
        // Some keys may read the status of their task, but not subscribe. A
        // stream without events needs no request, and ends as any other.
        if (!isDAPException(error, "permission-denied")) throw error;
        return events(core, "*", { ...watching, types: [] });
      });
    return timedReader(stream, clock);
  }

  /** A status, nothing new (`null`), or the end of the events. */
  async function nextStatus(
    reader: TimedReader<StreamedEvent>,
  ): Promise<TaskStatus | null | undefined> {
    if (!hasAsked) {
      // Engines send it on their own only to the first subscriber of a task.
      hasAsked = true;
      return await ask();
    }
    const read = await reader.read(hasEvents ? QUIET_MS : ASK_MS);
    if (!read) return await ask();
    if (read.done) return undefined;
    const { value } = read;
    if (value.type === "gap") {
      return value.reason === "reconnect" ? await ask() : null;
    }
    if (!isTaskStatus(value.body)) return null;
    hasEvents = true;
    return await confirmed(value.body);
  }

  /** The status of an event, if it is that of this task. */
  async function confirmed(status: TaskStatus): Promise<TaskStatus | null> {
    const isSameRun = status.startTime === known?.startTime;
    if (isSameRun && !status.completed) return status;
    try {
      return await ask();
    } catch (error) {
      // The server has forgotten the task whose end this is.
      const isEnd = isSameRun && isDAPException(error, "task-not-running");
      if (isEnd) return status;
      throw error;
    }
  }

  /** The status by token, if it has changed and the request succeeds. */
  async function ask(): Promise<TaskStatus | null> {
    try {
      const body = await call(core, "rrext_get_task_status", {}, {
        ...options,
        task: token,
      });
      if (!isTaskStatus(body)) return null;
      const status = secrets.hideTexts(body);
      const isNews = JSON.stringify(status) !== JSON.stringify(known);
      return isNews ? status : null;
    } catch (error) {
      // The end of the session ends the events; other calls may succeed later.
      const isLater = error instanceof ConnectionException ||
        isDAPException(error, "timeout");
      if (isLater) return null;
      throw error;
    }
  }

  return {
    async next(): Promise<TaskStatus | undefined> {
      const reader = await (opening ??= open());
      for (;;) {
        const status = await nextStatus(reader);
        if (status) known = status;
        if (status !== null) return status;
      }
    },
    async stop(): Promise<void> {
      await opening?.then((reader) => reader.cancel()).catch(ignore);
    },
  };
}

/** Reads a stream with a limit to each wait; a chunk that comes later is kept. */
interface TimedReader<T> {
  /**
   * Read the next chunk.
   *
   * @param ms How long to wait for it, in milliseconds.
   * @returns What was read, or `undefined` if nothing came in time.
   * @throws What the stream errors with.
   */
  read(ms: number): Promise<ReadableStreamReadResult<T> | undefined>;
  /** Cancel the stream. */
  cancel(): Promise<void>;
}

function timedReader<T>(
  stream: ReadableStream<T>,
  clock: Clock,
): TimedReader<T> {
  const reader = stream.getReader();
  let reading: Promise<void> | undefined;
  let take: (() => ReadableStreamReadResult<T>) | undefined;
  let wake: () => void = ignore;

  async function start(): Promise<void> {
    try {
      const result = await reader.read();
      take = () => result;
    } catch (error) {
      take = () => {
        throw error;
      };
    }
    wake();
  }

  return {
    async read(ms): Promise<ReadableStreamReadResult<T> | undefined> {
      reading ??= start();
      if (!take) {
        const gate = deferred<void>();
        const stop = clock.after(ms, gate.resolve, { ref: false });
        wake = gate.resolve;
        await gate.promise;
        stop();
      }
      const taken = take;
      if (!taken) return undefined;
      reading = take = undefined;
      return taken();
    },
    cancel: () => reader.cancel(),
  };
}
