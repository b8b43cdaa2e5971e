import {
  type Deferred,
  deferred,
  ignore,
  type MaybeSignal,
  onAbort,
  within,
} from "../async.ts";
import type { Attachment } from "../session/attachments.ts";
import type { SessionCore } from "../session/core.ts";
import type { Payload } from "../transport/transport.ts";
import type { Chunker, Occasion } from "./chunker.ts";
import type { ObjectWatcher, PipeChunk } from "./options.ts";

/** How long a release waits for the write that is in flight. */
const DRAIN_MS = 5_000;

/**
 * Writes to something that the server holds open: one request at a time, each
 * answered before the next leaves, then one close. After a failure what the
 * server holds is released, but not while a write is in flight.
 */
export abstract class AcknowledgedWriter<Result> implements Attachment {
  /** Whether the writer takes chunks. */
  isOpened = true;
  /** When the latest write left, or else what takes it was opened. */
  sentAt: number;
  /** Release what the server holds without waiting for the write in flight. */
  releaseNow: () => unknown = ignore;
  protected readonly core: SessionCore;
  /** Settles when what the server held is free. */
  protected released: Promise<unknown> | undefined;
  /** Waits until what was sent is on its way. */
  protected flush: () => void | Promise<void> = ignore;
  readonly #watcher: ObjectWatcher | undefined;
  readonly #result: Deferred<Result> = deferred();
  /** What `close()` returned, or the failure; safe to ignore. */
  readonly result: Promise<Result> = this.#result.promise;
  /** Absent once the writer is over. */
  #chunker: Chunker | undefined;
  #failure: { readonly reason: unknown } | undefined;
  /**
   * The request that waits for its answer, or for its turn to leave; rejects
   * early after a failure.
   */
  #flight: Deferred<unknown> | undefined;
  /** The latest answer, whatever became of the writer. */
  #answer: Promise<unknown> | undefined;
  /** Whether something was sent since the latest flush. */
  #unflushed = false;
  #detach: () => void = ignore;

  constructor(core: SessionCore, chunker: Chunker, watcher?: ObjectWatcher) {
    this.core = core;
    this.sentAt = core.settings.clock.now();
    this.#chunker = chunker;
    this.#watcher = watcher;
  }

  /** Send a payload; resolves when the server has consumed it. */
  protected abstract sendWrite(payload: Payload): Promise<unknown>;

  /** Send the close; resolves with what `close()` returns. */
  protected abstract sendClose(): Promise<Result>;

  /** Release what the server holds, after a failure; never rejects. */
  protected abstract sendRelease(): Promise<unknown>;

  /** Bytes of the source that were taken, until the writer is over. */
  get taken(): number {
    return this.#chunker?.taken ?? 0;
  }

  /** Whether a request waits for its answer. */
  get waiting(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * Take a chunk. Returns at once while it fits the frame that is being
   * gathered; otherwise the promise settles when it has been taken whole.
   */
  write(chunk: PipeChunk): void | Promise<void> {
    this.check();
    const chunker = this.#chunker!;
    try {
      // What leaves at once is not copied.
      const isFree = !this.#flight && !this.core.isFull();
      const rest = chunker.take(chunk, isFree);
      if (isFree) this.#sendNext("idle");
      else this.pump("idle");
      this.check();
      if (rest || chunker.single) return this.#finish(chunker, rest);
      if (!this.#unflushed) return;
      this.#unflushed = false;
      return this.flush();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Send what is left, then the close. */
  async close(): Promise<Result> {
    this.check();
    const chunker = this.#chunker!;
    this.isOpened = false;
    try {
      const rest = chunker.end();
      if (rest) await this.#finish(chunker, rest);
      do {
        await this.#flight?.promise;
        this.pump("end");
      } while (this.#flight);
      this.check();
      // Bytes of the source that are in no payload.
      this.#watcher?.acknowledged(chunker.sent());
      this.#watcher?.closing();
      this.check();
      // A close that has left releases by itself.
      this.released = Promise.resolve();
      const result = await this.track(this.sendClose());
      this.check();
      this.#end();
      this.core.attachments.delete(this);
      this.#result.resolve(result);
      return result;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  /** Give up the rest. Resolves when the server has released what it holds. */
  async release(reason: unknown): Promise<void> {
    this.fail(reason);
    await this.released;
  }

  lost(reason: unknown): void {
    this.fail(reason, Promise.resolve());
  }

  /** Give up when the signal aborts; may do so at once. */
  attach(signal: MaybeSignal): void {
    this.core.attachments.add(this);
    this.#detach = onAbort(signal, (reason) => this.fail(reason));
  }

  /** Send the next frame if one is due and nothing is in flight. */
  protected pump(occasion: Occasion): void {
    if (this.#flight || !this.#chunker) return;
    if (!this.core.isFull()) return this.#sendNext(occasion);
    const turn = this.#flight = deferred<unknown>();
    const onRoom = (): void => {
      if (this.#flight !== turn) return;
      this.#flight = undefined;
      this.#sendNext(occasion);
      turn.resolve(undefined);
    };
    // There may be room by now; then the callback is not called.
    if (!this.core.isFull(onRoom)) onRoom();
  }

  #sendNext(occasion: Occasion): void {
    try {
      const payload = this.#chunker?.next(occasion);
      if (payload) this.send(payload);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Send a payload, and what gathers meanwhile after it. */
  protected send(payload: Payload): void {
    const chunker = this.#chunker;
    const { attachments, settings: { clock } } = this.core;
    this.sentAt = clock.now();
    let bytes = 0;
    this.track(this.sendWrite(payload), () => {
      chunker?.answered(clock.now() - this.sentAt, attachments.size);
      this.#watcher?.acknowledged(bytes);
      this.pump("idle");
    });
    this.#unflushed = true;
    // Its bytes were copied as it was sent.
    bytes = chunker?.sent() ?? 0;
  }

  /**
   * Wait for an answer, but no longer than until a failure.
   *
   * @param then Called in the turn of the answer, unless there was a failure.
   */
  protected track<T>(
    answer: Promise<T>,
    then: () => void = ignore,
  ): Promise<T> {
    const flight = deferred<T>();
    this.#flight = flight as Deferred<unknown>;
    this.#answer = answer;
    answer.then((value) => {
      if (this.#flight !== flight) return;
      this.#flight = undefined;
      flight.resolve(value);
      then();
    }, (error) => this.fail(error));
    return flight.promise;
  }

  /**
   * End the writer, and release what the server holds once the write in flight
   * is answered.
   *
   * @param released Settles when what the server held is free, where there is
   * nothing to release.
   */
  protected fail(error: unknown, released?: Promise<unknown>): void {
    if (!this.#chunker) return;
    this.#failure = { reason: error };
    this.#end();
    this.#result.reject(error);
    this.#flight?.reject(error);
    this.#flight = undefined;
    this.released ??= released ?? this.#drainAndRelease();
    this.released.then(() => this.core.attachments.delete(this));
  }

  /**
   * Fill frame after frame with a chunk, each while the one before it is in
   * flight; or wait until one that is a write of its own is answered.
   */
  async #finish(
    chunker: Chunker,
    chunk: Uint8Array | undefined,
  ): Promise<void> {
    let rest = chunk;
    do {
      rest = rest && chunker.takeMore(rest);
      if (rest || chunker.single) await this.#flight?.promise;
      // Its turn may come only now, after a write that kept the pipe alive.
      this.pump("idle");
      this.check();
    } while (rest);
    if (chunker.single) await this.#flight?.promise;
  }

  async #drainAndRelease(): Promise<void> {
    let releasing: Promise<unknown> | undefined;
    this.releaseNow = () => releasing ??= this.sendRelease();
    const { clock } = this.core.settings;
    await within(clock, DRAIN_MS, this.#answer, { ref: false });
    await this.releaseNow();
  }

  /** Throw the failure, if there is one. */
  protected check(): void {
    if (this.#failure) throw this.#failure.reason;
  }

  #end(): void {
    this.isOpened = false;
    // Writers may be kept for their results; their buffers need not.
    this.#chunker = undefined;
    this.#detach();
  }
}

/** The sink of a `WritableStream` into a writer. */
export function sinkOf(
  writer: AcknowledgedWriter<unknown>,
): UnderlyingSink<PipeChunk> {
  return {
    start(controller): void {
      // Not in the same turn: an abort would find its stream errored, and
      // return before the server has released what it holds.
      writer.result.catch((error) => controller.error(error));
      // Fires at once, where `abort` below waits for the write.
      onAbort(controller.signal, (reason) => writer.release(reason));
    },
    write: (chunk) => writer.write(chunk),
    close: () => writer.close() as Promise<void>,
    abort: (reason) => writer.release(reason),
  };
}

/** Back-pressure in bytes, up to a number of them. */
export function byteQueue(
  highWaterMark: number,
): QueuingStrategy<PipeChunk> {
  return { highWaterMark, size: sizeOf };
}

/**
 * Bytes of a chunk; for a string its length, as an estimate. Always a
 * number: a stream whose size function returns none fails.
 */
function sizeOf(chunk: PipeChunk): number {
  const size = typeof chunk === "string" ? chunk.length : chunk?.byteLength;
  return size >= 0 ? size : 1;
}
