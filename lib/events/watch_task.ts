import { isTaskStatus, type TaskStatus } from "../../schema/task.ts";
import { onAbort } from "../_abort.ts";
import { ignore } from "../_deferred.ts";
import { ConnectionException } from "../errors.ts";
import { call, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { events } from "./events.ts";
import type { StreamedEvent } from "./streamed_event.ts";

/**
 * Watch the status of a task until it is over.
 *
 * The first value is the status now; each later one is what the engine tells
 * when something changed, about once a second. A slow reader gets the latest
 * ones. After a reconnect the status is asked for anew, so that the end is
 * not missed. The stream closes after the status that says `completed`.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode CallOptions}; `signal` errors the stream.
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
  options: CallOptions = {},
): ReadableStream<TaskStatus> {
  const token = tokenOf(task);
  const gone = new AbortController();
  const { signal } = gone;
  let detach: () => void = ignore;
  let opening: Promise<Reader> | undefined;
  let first: TaskStatus | undefined;

  async function start(): Promise<Reader> {
    detach = onAbort(options.signal, (reason) => gone.abort(reason));
    const stream = await events(session, token, {
      ...options,
      signal,
      types: ["apaevt_status_update"],
      highWaterMark: 16,
      overflow: "drop-oldest",
    });
    // Engines tell it by themselves to the first who watches a task only.
    first = await statusNow();
    return stream.getReader();
  }

  /** What the engine says; nothing when the line was lost, as a gap will tell. */
  async function statusNow(): Promise<TaskStatus | undefined> {
    try {
      const body = await call(session, "rrext_get_task_status", {}, {
        ...options,
        signal,
        task: token,
      });
      return isTaskStatus(body) ? body : undefined;
    } catch (error) {
      if (error instanceof ConnectionException) return undefined;
      throw error;
    }
  }

  async function next(reader: Reader): Promise<TaskStatus | undefined> {
    let status = first;
    first = undefined;
    while (!status) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      if (value.type !== "gap") {
        if (isTaskStatus(value.body)) status = value.body;
      } else if (value.reason === "reconnect") status = await statusNow();
    }
    return status;
  }

  return new ReadableStream<TaskStatus>({
    async pull(controller): Promise<void> {
      try {
        const reader = await (opening ??= start());
        const status = await next(reader);
        if (status) controller.enqueue(status);
        if (status && !status.completed) return;
        detach();
        controller.close();
        await reader.cancel();
      } catch (error) {
        detach();
        gone.abort(error);
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      detach();
      gone.abort(reason);
      await opening?.then((reader) => reader.cancel()).catch(ignore);
    },
  }, { highWaterMark: 0 });
}

type Reader = ReadableStreamDefaultReader<StreamedEvent>;
