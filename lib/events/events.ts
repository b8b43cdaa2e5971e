import type { EventMessage } from "../../schema/envelope.ts";
import type { StartedTask } from "../../schema/pipeline.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { ignore, type MaybeSignal, onAbort } from "../async.ts";
import { BoundedQueue, valueBytes } from "../bounded_queue.ts";
import { checkOptions, checkValue } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import { type EventType, readTypes, type Wanted } from "./event_type.ts";
import { isAbout, type Subscriber, subscriptionsOf } from "./subscriptions.ts";
import {
  type MonitorKey,
  type MonitorTarget,
  resolveTarget,
  taskIdOf,
} from "./target.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type {
  CallOptions,
  Session,
  SessionListener,
} from "../session/session.ts";

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

const DEFAULT_HIGH_WATER_MARK = 1_024;

/**
 * Begin to gather events; resolves when the engine has acknowledged it. The
 * reader gets nothing before the subscription is opened.
 *
 * @param options `signal` is for the request alone.
 */
export async function subscribe(
  core: SessionCore,
  target: MonitorTarget,
  options: EventsOptions,
): Promise<EventSubscription> {
  const { highWaterMark, overflow, signal } = options;
  const wanted = readTypes(options.types);
  const isCount = Number.isInteger(highWaterMark) && highWaterMark! > 0;
  const expected = "a whole number above 0";
  checkValue("highWaterMark", highWaterMark, isCount, expected);
  signal?.throwIfAborted();
  const key = await resolveTarget(core, target, options);
  const subscription = new EventSubscription(core, key, wanted, {
    values: highWaterMark ?? DEFAULT_HIGH_WATER_MARK,
    drops: overflow === "drop-oldest",
  });
  await subscription.start(options);
  return subscription;
}

/** The most that the events of one stream may hold while they wait. */
const QUEUE_BYTES = 64 * 1024 * 1024;

/** One stream of events: a bounded queue between the session and a reader. */
export class EventSubscription implements Subscriber {
  readonly stream: ReadableStream<StreamedEvent>;
  readonly types: readonly string[];
  readonly #core: SessionCore;
  #key: MonitorKey;
  readonly #wanted: Wanted;
  /** Whether a full queue drops its oldest event. */
  readonly #drops: boolean;
  readonly #queue: BoundedQueue<StreamedEvent>;
  /** Stands for the events that were dropped before those in the queue. */
  #gap: EventGap | undefined;
  /** Whether the queue may hold something. */
  #isQueued = false;
  #held = true;
  #over = false;
  #controller!: ReadableStreamDefaultController<StreamedEvent>;
  readonly #detach: (() => void)[] = [];

  constructor(
    core: SessionCore,
    key: MonitorKey,
    wanted: Wanted,
    { values, drops }: { values: number; drops: boolean },
  ) {
    this.#core = core;
    this.#key = key;
    this.#wanted = wanted;
    this.#drops = drops;
    this.#queue = new BoundedQueue({ values, bytes: QUEUE_BYTES });
    this.types = wanted.types;
    this.stream = new ReadableStream<StreamedEvent>({
      start: (controller): void => {
        this.#controller = controller;
      },
      pull: () => this.#flush(),
      cancel: () => this.#end(),
    }, { highWaterMark: 1 });
  }

  async start(options: CallOptions): Promise<void> {
    const { listeners, signal } = this.#core;
    const listener: SessionListener = (event, token) => {
      const { names, has } = this.#wanted;
      const isWanted = names.has(event.event) || has(event.event);
      if (!isWanted || !isAbout(this.#key, event, token)) return;
      this.#push(event as TypedEvent);
    };
    listeners.add(listener);
    this.#detach.push(() => listeners.delete(listener));
    try {
      // Events of the client itself need no request.
      if (this.types.length > 0) {
        await subscriptionsOf(this.#core).add(this.#key, this, options);
      }
    } catch (error) {
      await this.#end();
      throw error;
    }
    this.#follow(signal, (reason) => {
      // A session that was closed on purpose ends its streams well.
      this.#core.closed.then(({ clean }) => {
        if (clean) this.onClear();
        else this.#fail(reason);
      }).catch(ignore);
    });
  }

  /** Show one task only from now on, and of what was gathered. */
  narrow(started: StartedTask): void {
    const { source = this.#key.project?.source } = started;
    const { token } = started;
    const named = source !== undefined && source !== "*";
    const taskId = named ? taskIdOf(token, source) : undefined;
    this.#key = { ...this.#key, token, taskId };
    this.#queue.filter((item) =>
      item.type === "gap" || isAbout(this.#key, item)
    );
  }

  /**
   * Let the reader have what was gathered, and what comes.
   *
   * @param signal Errors the stream.
   */
  open(signal?: MaybeSignal): void {
    this.#follow(signal, (reason) => this.#fail(reason));
    this.#held = false;
    this.#flush();
  }

  onGap(): void {
    // The connection was lost again before the reader read anything.
    if (this.#queue.last?.type === "gap") return;
    this.#push({ type: "gap", reason: "reconnect", lost: undefined });
  }

  #push(item: StreamedEvent): void {
    if (this.#over) return;
    if (!this.#isQueued && this.#flows) return this.#controller.enqueue(item);
    const bytes = valueBytes(item, QUEUE_BYTES);
    while (this.#queue.isFull(bytes)) {
      if (!this.#drops) return this.#fail(overflow(this.#queue.length));
      this.#queue.shift();
      const lost = (this.#gap?.lost ?? 0) + 1;
      this.#gap = { type: "gap", reason: "overflow", lost };
    }
    this.#queue.push(item, bytes);
    this.#isQueued = true;
    this.#flush();
  }

  /** Whether the reader takes an event now. */
  get #flows(): boolean {
    return !this.#over && !this.#held &&
      (this.#controller.desiredSize ?? 0) > 0;
  }

  #flush(): void {
    while (this.#isQueued && this.#flows) this.#pass();
  }

  /** Give the reader what is next, if anything is. */
  #pass(): void {
    const next = this.#gap ?? this.#queue.shift();
    this.#gap = undefined;
    this.#isQueued = next !== undefined;
    if (next) this.#controller.enqueue(next);
  }

  onClear(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    // What has arrived is still the reader's.
    while (this.#isQueued) this.#pass();
    this.#controller.close();
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.#controller.error(reason);
    this.#end().catch(ignore);
  }

  async #end(): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#queue.drain();
    this.#release();
    if (this.types.length === 0) return;
    await subscriptionsOf(this.#core).remove(this.#key, this).catch(ignore);
  }

  /** Call a function when a signal aborts, until the subscription is over. */
  #follow(signal: MaybeSignal, abort: (reason: unknown) => void): void {
    this.#detach.push(onAbort(signal, abort));
    if (this.#over) this.#release();
  }

  #release(): void {
    for (const off of this.#detach.splice(0)) off();
  }
}

function overflow(waiting: number): RocketRideException {
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
