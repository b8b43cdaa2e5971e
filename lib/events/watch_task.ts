import { isTaskStatus, type TaskStatus } from "../../schema/task.ts";
import { call, tokenOf } from "../session/call.ts";
import type { CallOptions, Session, TaskRef } from "../session/session.ts";
import { events, type StreamedEvent } from "./events.ts";

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
  let reader: ReadableStreamDefaultReader<StreamedEvent> | undefined;

  async function start(): Promise<void> {
    const stream = await events(session, token, {
      ...options,
      types: ["apaevt_status_update"],
      highWaterMark: 16,
      overflow: "drop-oldest",
    });
    reader = stream.getReader();
  }

  async function next(): Promise<TaskStatus | undefined> {
    for (;;) {
      const { done, value } = await reader!.read();
      if (done) return undefined;
      if (value.type === "gap") {
        if (value.reason === "overflow") continue;
        const body = await call(session, "rrext_get_task_status", { token }, {
          ...options,
          task: token,
        });
        if (isTaskStatus(body)) return body;
      } else if (isTaskStatus(value.body)) return value.body;
    }
  }

  return new ReadableStream<TaskStatus>({
    async pull(controller): Promise<void> {
      if (!reader) await start();
      const status = await next();
      if (status) controller.enqueue(status);
      if (status && !status.completed) return;
      controller.close();
      await reader?.cancel();
    },
    async cancel(reason): Promise<void> {
      await reader?.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
