import { checkOptions } from "../check.ts";
import { coreOf } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";
import type { EventType } from "./event_type.ts";
import type { MonitorTarget } from "./monitor_target.ts";
import type { StreamedEvent } from "./streamed_event.ts";
import { subscribe } from "./subscribe.ts";

/** Options of {@linkcode events}. */
export interface EventsOptions extends CallOptions {
  /**
   * What to see: kinds such as `summary`, or names such as
   * `apaevt_status_update`.
   */
  readonly types: Iterable<EventType>;
  /**
   * How many events may wait for the reader; in any case no more than have
   * 64 MiB together.
   *
   * @default {1_024}
   */
  readonly highWaterMark?: number | undefined;
  /**
   * What happens to a reader that is too slow: its stream errors, or the
   * oldest events are dropped and an {@linkcode EventGap} tells how many.
   *
   * @default {"error"}
   */
  readonly overflow?: "error" | "drop-oldest" | undefined;
  /** Ends the subscription, too, and errors the stream with its reason. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * Watch a task, a project's source, one pipe or everything.
 *
 * Resolves when the engine has acknowledged the subscription; what happened
 * before is not told, so watch first and send then. The stream of a task shows
 * that task alone, with the progress of uploads to it; that of a project's
 * source shows every task of it. Cancelling the stream, or
 * leaving a `for await` loop, ends the subscription. Several streams may
 * watch the same: the engine is told what all of them want together. A stream
 * outlives a reconnect, with a gap of reason `reconnect` where events may be
 * missing, closes when the session is closed, and errors when it is lost.
 *
 * @param session A session from {@linkcode connect}.
 * @param target A task or its token, a project's source, a pipe, or `"*"`.
 * @param options See {@linkcode EventsOptions}.
 * @returns The events, in the order of their arrival.
 * @throws {RangeError} An event's name is unknown. Nothing was sent.
 * @throws {RocketRideException} The engine refused, for example since the
 * task does not run.
 * @throws What {@linkcode request} throws.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, events, terminate, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [{ id: "in", provider: "webhook", config: {} }],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 * const stream = await events(session, task, { types: ["apaevt_task"] });
 * await terminate(session, task);
 * const actions: unknown[] = [];
 * for await (const event of stream) {
 *   if (event.type !== "event") continue;
 *   actions.push(event.body?.action);
 *   if (event.body?.action === "end") break;
 * }
 * assertEquals(actions, ["running", "end"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export async function events(
  session: Session,
  target: MonitorTarget,
  options: EventsOptions,
): Promise<ReadableStream<StreamedEvent>> {
  const core = coreOf(session);
  checkOptions(options, "events(session, task, { types })");
  const subscription = await subscribe(core, target, options);
  subscription.open();
  return subscription.stream;
}
