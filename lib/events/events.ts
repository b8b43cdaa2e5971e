import type { EventMessage } from "../../schema/envelope.ts";
import type { StartedTask } from "../../schema/pipeline.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { ignore, type MaybeSignal, onAbort } from "../async.ts";
import { BoundedQueue, valueBytes } from "../bounded_queue.ts";
import { checkOptions, wholeNumber } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import { type EventType, readTypes } from "./event_type.ts";
import { isAbout, type Subscriber, subscriptionsOf } from "./subscriptions.ts";
import { type MonitorTarget, resolveTarget, taskIdOf } from "./target.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { CallOptions, Session } from "../session/session.ts";

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
   * oldest events are dropped and an {@linkcode EventGap} has their number.
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
 * Resolves when the engine has acknowledged the subscription. Earlier events
 * are not sent, so watch first and send then. The stream of a task has
 * that task alone, with the progress of uploads to it; that of a project's
 * source shows every task of it. Cancelling the stream, or
 * leaving a `for await` loop, ends the subscription. Several streams may
 * watch the same target. A stream
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
  checkOptions(options, "events(session, task, { types })", {
    types: 1,
    highWaterMark: 1,
    overflow: ["error", "drop-oldest"],
    signal: 1,
    timeout: 1,
  });
  const subscription = await subscribe(core, target, options);
  subscription.open(options.signal);
  return subscription.stream;
}

/** The most that the events of one stream may hold while they wait. */
const QUEUE_BYTES = 64 * 1024 * 1024;

/** A stream of events that gathers them, and is not open yet. */
export interface EventSubscription {
  readonly stream: ReadableStream<StreamedEvent>;
  /** Restrict the events to one task, also those that were gathered. */
  narrow(started: StartedTask): void;
  /**
   * Deliver what was gathered, and what arrives from now on.
   *
   * @param signal Errors the stream.
   */
  open(signal?: MaybeSignal): void;
  /** Close the stream, after what has arrived. */
  close(): void;
}

/**
 * Begin to gather events, in a bounded queue between the session and a reader;
 * resolves when the engine has acknowledged it.
 *
 * @param options `signal` is for the request alone.
 */
export async function subscribe(
  core: SessionCore,
  target: MonitorTarget,
  options: EventsOptions,
): Promise<EventSubscription> {
  const { highWaterMark: values = 1_024, overflow, signal } = options;
  const { has, names, types } = readTypes(options.types);
  wholeNumber("highWaterMark", values, 1);
  signal?.throwIfAborted();
  let key = await resolveTarget(core, target, options);
  const queue = new BoundedQueue<StreamedEvent>({ values, bytes: QUEUE_BYTES });
  /** Stands for the events that were dropped before those in the queue. */
  let gap: EventGap | undefined;
  /** Whether the queue may hold something. */
  let isQueued = false;
  let isHeld = true;
  let isOver = false;
  let controller!: ReadableStreamDefaultController<StreamedEvent>;
  const detach: (() => void)[] = [];
  const subscriptions = subscriptionsOf(core);
  const subscriber: Subscriber = {
    types,
    onGap(): void {
      // The connection was lost again before the reader read anything.
      if (queue.last?.type === "gap") return;
      push({ type: "gap", reason: "reconnect", lost: undefined });
    },
    onClear: close,
  };

  function receive(event: EventMessage, token?: string): void {
    const isWanted = names.has(event.event) || has(event.event);
    if (isWanted && isAbout(key, event, token)) push(event as TypedEvent);
  }

  function push(item: StreamedEvent): void {
    if (isOver) return;
    if (!isQueued && flows()) return controller.enqueue(item);
    const bytes = valueBytes(item, QUEUE_BYTES);
    while (queue.isFull(bytes)) {
      if (overflow !== "drop-oldest") return fail(tooSlow(queue.length));
      queue.shift();
      gap = { type: "gap", reason: "overflow", lost: (gap?.lost ?? 0) + 1 };
    }
    queue.push(item, bytes);
    isQueued = true;
    flush();
  }

  /** Whether the reader takes an event now. */
  function flows(): boolean {
    return !isOver && !isHeld && (controller.desiredSize ?? 0) > 0;
  }

  function flush(): void {
    while (isQueued && flows()) pass();
  }

  /** Deliver the next item, if there is one. */
  function pass(): void {
    const next = gap ?? queue.shift();
    gap = undefined;
    isQueued = next !== undefined;
    if (next) controller.enqueue(next);
  }

  function close(): void {
    if (isOver) return;
    isOver = true;
    release();
    while (isQueued) pass();
    controller.close();
    subscriptions.remove(key, subscriber).catch(ignore);
  }

  function fail(reason: unknown): void {
    if (isOver) return;
    controller.error(reason);
    end().catch(ignore);
  }

  async function end(): Promise<void> {
    if (isOver) return;
    isOver = true;
    queue.filter(() => false);
    release();
    await subscriptions.remove(key, subscriber).catch(ignore);
  }

  /** Call a function when a signal aborts, until the stream is over. */
  function follow(
    signal: MaybeSignal,
    listener: (reason: unknown) => void,
  ): void {
    detach.push(onAbort(signal, listener));
    if (isOver) release();
  }

  function release(): void {
    for (const off of detach.splice(0)) off();
  }

  const stream = new ReadableStream<StreamedEvent>({
    start(it): void {
      controller = it;
    },
    pull: flush,
    cancel: end,
  }, { highWaterMark: 1 });
  core.listeners.add(receive);
  detach.push(() => core.listeners.delete(receive));
  try {
    // Events of the client itself need no request.
    if (types.length > 0) await subscriptions.add(key, subscriber, options);
  } catch (error) {
    await end();
    throw error;
  }
  follow(core.signal, (reason) => {
    // A session that was closed on purpose closes its streams.
    core.closed.then(({ clean }) => clean ? close() : fail(reason))
      .catch(ignore);
  });
  return {
    stream,
    close,
    narrow({ token, source = key.project?.source }): void {
      const named = source !== undefined && source !== "*";
      key = {
        ...key,
        token,
        taskId: named ? taskIdOf(token, source) : undefined,
      };
      queue.filter((item) => item.type === "gap" || isAbout(key, item));
    },
    open(signal): void {
      follow(signal, fail);
      isHeld = false;
      flush();
    },
  };
}

function tooSlow(waiting: number): RocketRideException {
  return new RocketRideException(
    `Reader of events is too slow: ${waiting} wait for it`,
    {
      code: "event-overflow",
      hint: "Read faster, or set overflow or highWaterMark",
    },
  );
}

/** Marks the place in a stream of events where some are missing. */
export interface EventGap {
  /** The discriminant; events have `"event"`. */
  readonly type: "gap";
  /** Why: the reader was too slow, or the session reconnected. */
  readonly reason: "overflow" | "reconnect";
  /** How many are missing; `undefined` if that is unknown. */
  readonly lost: number | undefined;
  /** Only events have a name: so they can be compared without `type`. */
  readonly event?: undefined;
  /** Only events have a body. */
  readonly body?: undefined;
}

/**
 * What a stream of events gives. `type` distinguishes gaps from events; `event`
 * determines the type of `body`. Events whose name this version does not know
 * pass through, see {@linkcode UnknownEvent}.
 */
export type StreamedEvent = TypedEvent | EventGap;

/** Deliver an event of the client itself to all listeners of its task. */
export function deliverEvent(
  core: SessionCore,
  event: EventMessage,
  token: string,
): void {
  for (const listener of core.listeners) listener(event, token);
}
