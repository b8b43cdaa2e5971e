import type { PipelineResult } from "../../../schema/result.ts";
import { abortable, type Clock, ignore } from "../../async.ts";
import { PipeException } from "../../errors.ts";
import { failureText } from "./failure.ts";
import { type LaneWriter, laneWriter } from "./lane_writer.ts";
import { ObjectRun, type ObjectRunOptions } from "./object_run.ts";
import { routeFor } from "./route.ts";

/** Characters of a name or media type that a warning shows. */
const MOST_SHOWN = 100;

/** What a pipe needs. */
export interface PipeOptions extends ObjectRunOptions {
  /** Where time comes from. */
  readonly clock: Clock;
  /** The greatest number of bytes of one object. */
  readonly maxObjectBytes: number;
}

/**
 * One object's way in: open, writes, close, strictly in the order in which
 * they were asked for.
 *
 * Whoever waits is released when the pipe's signal aborts, even if a node
 * does not notice.
 */
export class Pipe {
  readonly #options: PipeOptions;
  readonly #run: ObjectRun;
  #writer: LaneWriter | undefined;
  #phase: "opening" | "open" | "closing" = "opening";
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** The lane that the object takes, if no component is connected to it. */
  #unheard: string | undefined;
  #touched: number;
  #bytes = 0;

  /** Make a pipe for an object; nothing happens before `open`. */
  constructor(options: PipeOptions) {
    this.#options = options;
    this.#run = new ObjectRun(options);
    this.#touched = options.clock.now();
  }

  /** The pipe's number. */
  get id(): number {
    return this.#options.pipeId;
  }

  /** Whether the pipe takes writes and can be closed. */
  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** The object's size for the statistics: declared, else written. */
  get size(): number {
    return this.#options.object.size ?? this.#bytes;
  }

  /** Whether the object failed so far. */
  get failed(): boolean {
    return this.#run.failure !== undefined;
  }

  /** Since when nothing was asked of the pipe; `undefined` while it works. */
  get idleSince(): number | undefined {
    return this.#waiting > 0 ? undefined : this.#touched;
  }

  /** Open the nodes and begin the object. */
  open(): Promise<void> {
    return this.#step(async () => {
      const { object, pipeId, observer, plan } = this.#options;
      const listens = (lane: string): boolean =>
        plan.nodes.get(plan.source)?.targets.has(lane) ?? false;
      const route = routeFor(object.mimeType, listens);
      const lane = route === "raw" || route === "tag" ? "tags" : route;
      if (!listens(lane)) this.#unheard = lane;
      const writer = laneWriter(
        route,
        object.mimeType,
        (lane, payload) => this.#run.feed(lane, payload),
      );
      if (observer.tracing) {
        observer.flow(pipeId, [object.name], { op: "begin", object });
      }
      await this.#attempt(async () => {
        await this.#run.open();
        await writer.begin();
      });
      this.#writer = writer;
      this.#phase = "open";
    });
  }

  /**
   * Hand bytes to the pipeline; resolves when they were consumed.
   *
   * @throws {PipeException} The pipe is not open, has failed, or fails now.
   */
  async write(data: Uint8Array | string): Promise<void> {
    if (!this.isOpen) {
      throw new PipeException(`Write pipe with id ${this.id} is not open`);
    }
    this.#count(data.length);
    await this.#step(async () => {
      if (this.failed) {
        throw new PipeException(`Write pipe with id ${this.id} has failed`);
      }
      await this.#attempt(async () => await this.#writer?.write(data));
    });
  }

  /**
   * End the object and answer its result. A failure of the object is part of
   * the result and does not reject.
   */
  close(): Promise<PipelineResult> {
    this.#phase = "closing";
    return this.#step(async () => {
      const { pipeId, observer } = this.#options;
      if (!this.failed) {
        // Why it failed is part of the result.
        await this.#attempt(async () => await this.#writer?.end())
          .catch(ignore);
      }
      const body = await this.#run.close();
      if (this.#unheard !== undefined && !this.failed) {
        observer.warn(this.#reachesNothing(this.#unheard));
      }
      if (observer.tracing) observer.flow(pipeId, [], { op: "end", body });
      return body;
    });
  }

  #reachesNothing(lane: string): string {
    const { object: { name, mimeType }, plan: { source } } = this.#options;
    return `Object ${shortened(name)} of media type ${shortened(mimeType)} ` +
      `reached no component: none is connected to lane ${lane} of ${source}`;
  }

  /** Resolves when no node works for this pipe any more. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  /** Do one thing after everything asked before it. */
  #step<T>(work: () => Promise<T>): Promise<T> {
    const { clock, signal } = this.#options;
    this.#waiting++;
    const done = this.#tail.then(() => {
      signal.throwIfAborted();
      return work();
    }).finally(() => {
      this.#waiting--;
      this.#touched = clock.now();
    });
    this.#tail = done.catch(ignore);
    return abortable(done, signal);
  }

  /** Do something that fails the object when it throws. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const known = this.failed;
      const failure = this.#run.fail(error);
      // Faults of the input are ours to word; those of a node are wrapped.
      if (!known && error instanceof PipeException) throw error;
      throw new PipeException(failureText(failure));
    }
    const { failure } = this.#run;
    if (failure) throw new PipeException(failureText(failure));
  }

  /** Counted on arrival, so that what waits in line is bounded, too. */
  #count(bytes: number): void {
    const { maxObjectBytes } = this.#options;
    this.#bytes += bytes;
    if (this.#bytes <= maxObjectBytes) return;
    const error = new PipeException(
      `Object is larger than ${maxObjectBytes} bytes`,
    );
    this.#run.fail(error);
    throw error;
  }
}

/** What a client chose, short enough for a list of warnings. */
function shortened(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
