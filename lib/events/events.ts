import type { EventMessage } from "../../schema/envelope.ts";
import type { StartedTask } from "../../schema/task.ts";
import type { TypedEvent } from "../../schema/typed_event.ts";
import { ignore, onAbort } from "../async.ts";
import { BoundedQueue, valueBytes } from "../bounded_queue.ts";
import { checkOptions } from "../check.ts";
import { RocketRideException } from "../errors.ts";
import { type EventType, readTypes, type Wanted } from "./event_type.ts";
import { isAbout, subscriptionsOf } from "./subscriptions.ts";
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
  subscription.open();
  return subscription.stream;
}

const DEFAULT_HIGH_WATER_MARK = 1_024;

/**
 * Begin to gather events; resolves when the engine has acknowledged it. The
 * reader gets nothing before the subscription is opened.
 */
export async function subscribe(
  core: SessionCore,
  target: MonitorTarget,
  options: EventsOptions,
): Promise<EventSubscription> {
  const wanted = readTypes(options.types);
  const highWaterMark = options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK;
  if (!Number.isInteger(highWaterMark) || highWaterMark < 1) {
    throw new RangeError(
      `Cannot queue ${highWaterMark} events: expected a whole number above 0`,
    );
  }
  options.signal?.throwIfAborted();
  const key = await resolveTarget(core, target, options);
  const subscription = new EventSubscription(core, key, wanted, {
    highWaterMark,
    overflow: options.overflow ?? "error",
  });
  await subscription.start(options);
  return subscription;
}

/** The most that the events of one stream may hold while they wait. */
const QUEUE_BYTES = 64 * 1024 * 1024;

interface QueueOptions {
  readonly highWaterMark: number;
  readonly overflow: "error" | "drop-oldest";
}

/** One stream of events: a bounded queue between the session and a reader. */
export class EventSubscription {
  readonly stream: ReadableStream<StreamedEvent>;
  readonly mask: number;
  readonly others: readonly string[];
  readonly #core: SessionCore;
  #key: MonitorKey;
  readonly #wanted: Wanted;
  readonly #options: QueueOptions;
  readonly #queue: BoundedQueue<StreamedEvent>;
  /** Whether the queue may hold something. */
  #isQueued = false;
  #held = true;
  #lost = 0;
  #over = false;
  #controller!: ReadableStreamDefaultController<StreamedEvent>;
  #detach: readonly (() => void)[] = [];

  constructor(
    core: SessionCore,
    key: MonitorKey,
    wanted: Wanted,
    options: QueueOptions,
  ) {
    this.#core = core;
    this.#key = key;
    this.#wanted = wanted;
    this.#options = options;
    this.#queue = new BoundedQueue({
      values: options.highWaterMark,
      bytes: QUEUE_BYTES,
    });
    this.mask = wanted.mask;
    this.others = wanted.others;
    this.stream = new ReadableStream<StreamedEvent>({
      start: (controller): void => {
        this.#controller = controller;
      },
      pull: () => this.#flush(),
      cancel: () => this.#end(),
    }, { highWaterMark: 1 });
  }

  async start(options: CallOptions): Promise<void> {
    const listener: SessionListener = (event, token) =>
      this.#receive(event, token);
    this.#core.listeners.add(listener);
    this.#detach = [() => this.#core.listeners.delete(listener)];
    try {
      // Events of the client itself need no request.
      if (this.#isRemote) {
        await subscriptionsOf(this.#core).add(this.#key, this, options);
      }
    } catch (error) {
      await this.#end();
      throw error;
    }
    this.#detach = [
      ...this.#detach,
      onAbort(this.#core.signal, (reason) => this.#sessionEnded(reason)),
      onAbort(options.signal, (reason) => this.#fail(reason)),
    ];
    // Aborted in the turn of the answer.
    if (this.#over) this.#release();
  }

  /** Show one task only from now on, and of what was gathered. */
  narrow({ token, source = this.#key.source }: StartedTask): void {
    const named = source !== undefined && source !== "*";
    const taskId = named ? taskIdOf(token, source) : undefined;
    this.#key = { ...this.#key, token, taskId };
    this.#queue.filter((item) =>
      item.type === "gap" || isAbout(this.#key, item)
    );
  }

  /** Let the reader have what was gathered, and what comes. */
  open(): void {
    this.#held = false;
    this.#flush();
  }

  onGap(): void {
    // The connection was lost again before the reader read anything.
    if (this.#queue.last?.type === "gap") return;
    this.#push({ type: "gap", reason: "reconnect", lost: undefined });
  }

  #receive(event: EventMessage, token: string | undefined): void {
    const { has, names } = this.#wanted;
    const isWanted = names.has(event.event) || has(event.event);
    if (!isWanted || !isAbout(this.#key, event, token)) return;
    this.#push(event as TypedEvent);
  }

  #push(item: StreamedEvent): void {
    if (this.#over) return;
    const { overflow } = this.#options;
    const passes = this.#flows && (this.#controller.desiredSize ?? 0) > 0;
    if (passes && !this.#isQueued && this.#lost === 0) {
      return this.#controller.enqueue(item);
    }
    const bytes = valueBytes(item, QUEUE_BYTES);
    while (this.#queue.isFull(bytes)) {
      if (overflow === "error") {
        return this.#fail(
          new RocketRideException(
            `Reader of events is too slow: ${this.#queue.length} wait for it`,
            {
              code: "event-overflow",
              hint: "Read faster, or set overflow or highWaterMark",
            },
          ),
        );
      }
      this.#queue.shift();
      this.#lost++;
    }
    this.#queue.push(item, bytes);
    this.#isQueued = true;
    this.#flush();
  }

  /** Whether the engine is asked for anything. */
  get #isRemote(): boolean {
    return this.mask !== 0 || this.others.length > 0;
  }

  get #flows(): boolean {
    return !this.#over && !this.#held;
  }

  #flush(): void {
    const isQueued = this.#isQueued || this.#lost > 0;
    while (isQueued && this.#flows && (this.#controller.desiredSize ?? 0) > 0) {
      const gap = this.#takeGap();
      const next = gap ?? this.#queue.shift();
      this.#isQueued = this.#queue.length > 0;
      if (!next) return;
      this.#controller.enqueue(next);
    }
  }

  #takeGap(): EventGap | undefined {
    const lost = this.#lost;
    if (lost === 0) return undefined;
    this.#lost = 0;
    return { type: "gap", reason: "overflow", lost };
  }

  /** A session that was closed on purpose ends its streams well. */
  #sessionEnded(reason: unknown): void {
    this.#core.closed.then(({ clean }) => {
      if (clean) this.onClear();
      else this.#fail(reason);
    }).catch(ignore);
  }

  onClear(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    // What has arrived is still the reader's.
    const gap = this.#takeGap();
    const left = this.#queue.drain();
    for (const item of gap ? [gap, ...left] : left) {
      this.#controller.enqueue(item);
    }
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
    if (!this.#isRemote) return;
    await subscriptionsOf(this.#core).remove(this.#key, this).catch(ignore);
  }

  #release(): void {
    for (const off of this.#detach) off();
    this.#detach = [];
  }
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
