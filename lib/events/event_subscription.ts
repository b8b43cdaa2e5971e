import type { EventMessage } from "../../schema/envelope.ts";
import type { StartedTask } from "../../schema/task.ts";
import { ignore, onAbort } from "../async.ts";
import { BoundedQueue, valueBytes } from "../bounded_queue.ts";
import { RocketRideException } from "../errors.ts";
import type { CallOptions, SessionListener } from "../session/session.ts";
import type { SessionCore } from "../session/core.ts";
import type { Wanted } from "./event_type.ts";
import { isAbout, type MonitorKey, taskIdOf } from "./_monitor_key.ts";
import type { EventGap, StreamedEvent } from "./streamed_event.ts";
import { subscriptionsOf } from "./_subscriptions.ts";

/** The most that the events of one stream may hold while they wait. */
const QUEUE_BYTES = 64 * 1024 * 1024;

interface QueueOptions {
  readonly highWaterMark: number;
  readonly overflow: "error" | "drop-oldest";
}

/** One stream of events: a bounded queue between the line and a reader. */
export class EventSubscription {
  readonly stream: ReadableStream<StreamedEvent>;
  readonly mask: number;
  readonly #core: SessionCore;
  #key: MonitorKey;
  readonly #wanted: Wanted;
  readonly #options: QueueOptions;
  readonly #queue: BoundedQueue<StreamedEvent>;
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
      // Nothing to tell the engine about events that are made here.
      if (this.mask !== 0) {
        await subscriptionsOf(this.#core).add(this.#key, this, options);
      }
    } catch (error) {
      await this.#end();
      throw error;
    }
    this.#detach = [
      ...this.#detach,
      onAbort(this.#core.signal, (reason) => this.#lineEnded(reason)),
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
    // A line that was lost again before anything was read.
    if (this.#queue.last?.type === "gap") return;
    this.#push({ type: "gap", reason: "reconnect", lost: undefined });
  }

  #receive(event: EventMessage, token: string | undefined): void {
    const { has } = this.#wanted;
    if (!has(event.event) || !isAbout(this.#key, event, token)) return;
    this.#push(event);
  }

  #push(item: StreamedEvent): void {
    if (this.#over) return;
    const { overflow } = this.#options;
    const passes = this.#flows && (this.#controller.desiredSize ?? 0) > 0;
    if (passes && this.#queue.length === 0 && this.#lost === 0) {
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
    this.#flush();
  }

  get #flows(): boolean {
    return !this.#over && !this.#held;
  }

  #flush(): void {
    while (this.#flows && (this.#controller.desiredSize ?? 0) > 0) {
      const gap = this.#takeGap();
      const next = gap ?? this.#queue.shift();
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
  #lineEnded(reason: unknown): void {
    this.#core.closed.then(({ clean }) => {
      if (!clean) return this.#fail(reason);
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
    }).catch(ignore);
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
    if (this.mask === 0) return;
    await subscriptionsOf(this.#core).remove(this.#key, this).catch(ignore);
  }

  #release(): void {
    for (const off of this.#detach) off();
    this.#detach = [];
  }
}
