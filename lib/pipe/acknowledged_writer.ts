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
import type { PipeChunk } from "./options.ts";

/** How long a release waits for the write that is in flight. */
const DRAIN_MS = 5_000;

/**
 * Writes to something that the server holds open: one request at a time, each
 * answered before the next leaves, then one close. After a failure what the
 * server holds is released, but not while a write is in flight.
 */
export abstract class AcknowledgedWriter<Result> implements Attachment {
  protected readonly core: SessionCore;
  /** Settles when what the server held is free. */
  protected released: Promise<unknown> | undefined;
  /** The latest answer, whatever became of the writer. */
  protected answer: Promise<unknown> = Promise.resolve();
  #chunker: Chunker | undefined;
  readonly #result: Deferred<Result> = deferred();
  #phase: "open" | "draining" | "closing" | "closed" | "failed" = "open";
  #failure: unknown;
  /**
   * The request that waits for its answer, or for its turn to leave; rejects
   * early after a failure.
   */
  #flight: Deferred<unknown> | undefined;
  /** Whether the release waits for the write that is in flight. */
  #releaseWaits = false;
  #releasing: Promise<unknown> | undefined;
  /** Waits until what was sent is on its way. */
  protected flush: () => void | Promise<void> = ignore;
  /** Whether something was sent since then. */
  #unflushed = false;
  #detach: () => void = ignore;

  constructor(core: SessionCore, chunker: Chunker) {
    this.core = core;
    this.#chunker = chunker;
  }

  /** Send a payload; resolves when the server has consumed it. */
  protected abstract sendWrite(
    payload: Payload,
    length: number,
  ): Promise<unknown>;

  /** Send the close. */
  protected abstract sendClose(): Promise<Result>;

  /** Release what the server holds, after a failure; never rejects. */
  protected abstract sendRelease(): Promise<unknown>;

  /** What `close()` returned, or the failure; safe to ignore. */
  get result(): Promise<Result> {
    return this.#result.promise;
  }

  get isOpened(): boolean {
    return this.#phase === "open";
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
    const chunker = this.#opened();
    try {
      const isFull = !this.#flight && this.core.isFull();
      const rest = chunker.take(chunk, !this.#flight && !isFull);
      this.pump("idle", isFull);
      this.check();
      if (rest) return this.#takeRest(chunker, rest);
      if (chunker.single) return this.#acknowledged();
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
    const chunker = this.#opened();
    this.#phase = "draining";
    try {
      chunker.end();
      do {
        await this.#flight?.promise;
        this.pump("end");
      } while (this.#flight);
      this.check();
      this.consumed(chunker.unsent);
      this.closing();
      this.check();
      this.#phase = "closing";
      const answer = await this.track(this.sendClose());
      this.check();
      this.#end("closed");
      this.core.attachments.delete(this);
      const result = this.finished(answer);
      this.#result.resolve(result);
      return result;
    } catch (error) {
      this.fail(error);
      this.#result.reject(error);
      throw error;
    }
  }

  /** Give the rest up. Resolves when the server has released what it holds. */
  async abort(reason: unknown): Promise<void> {
    this.fail(reason);
    await this.released;
  }

  release(reason: unknown): Promise<void> {
    return this.abort(reason);
  }

  hurry(): void {
    if (this.#releaseWaits) this.#release();
  }

  lost(reason: unknown): void {
    this.released ??= Promise.resolve();
    this.fail(reason);
  }

  /** Give up when the signal aborts; may do so at once. */
  attach(signal: MaybeSignal): void {
    this.core.attachments.add(this);
    this.#detach = onAbort(signal, (reason) => this.fail(reason));
  }

  /** So many bytes more of the source are consumed. */
  protected consumed(_bytes: number): void {}

  /** Everything is consumed; the close is next. */
  protected closing(): void {}

  /** The server has closed; returns what `close()` returns, or throws. */
  protected finished(result: Result): Result {
    return result;
  }

  /** The writer is over. */
  protected ended(): void {}

  /** Whether a failure says that the server holds nothing any more. */
  protected isGone(_error: unknown): boolean {
    return false;
  }

  /**
   * Send the next frame if one is due and nothing is in flight.
   *
   * @param isFull Whether the frame waits for its turn; asked for if not given.
   * Who took a chunk by it passes it on: another answer would find the chunk not
   * copied.
   */
  protected pump(occasion: Occasion, isFull?: boolean): void {
    const open = this.#phase === "open" || this.#phase === "draining";
    if (this.#flight || !open) return;
    if (!(isFull ?? this.core.isFull())) return this.#sendNext(occasion);
    const turn = this.#flight = deferred<unknown>();
    const onRoom = (): void => {
      if (this.#flight !== turn) return;
      this.#flight = undefined;
      this.#sendNext(occasion);
      turn.resolve(undefined);
    };
    // There may be room by now; then no one calls.
    if (!this.core.isFull(onRoom)) onRoom();
  }

  #sendNext(occasion: Occasion): void {
    const chunker = this.#chunker;
    if (!chunker) return;
    try {
      const payload = chunker.next(occasion);
      if (!payload) return;
      let bytes = 0;
      const { attachments, settings: { clock } } = this.core;
      const sentAt = clock.now();
      this.sendPayload(payload, () => {
        chunker.answered(clock.now() - sentAt, attachments.size);
        this.consumed(bytes);
      });
      this.#unflushed = true;
      // Its bytes were copied as it was sent.
      bytes = chunker.sent();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Send a payload, and what gathers meanwhile after it. */
  protected sendPayload(payload: Payload, then: () => void = ignore): void {
    const { length } = "payload" in payload ? payload.payload : payload;
    this.track(this.sendWrite(payload, length), () => {
      then();
      this.pump("idle");
    });
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
    this.answer = answer;
    answer.then((value) => {
      if (this.#flight !== flight) return;
      this.#flight = undefined;
      flight.resolve(value);
      then();
    }, (error) => {
      this.fail(error);
      flight.reject(error);
    });
    return flight.promise;
  }

  protected fail(error: unknown): void {
    if (this.#phase === "closed" || this.#phase === "failed") return;
    // A close that has left releases by itself.
    if (this.#phase === "closing" || this.isGone(error)) {
      this.released ??= Promise.resolve();
    }
    this.#failure = error;
    this.#end("failed");
    this.#result.reject(error);
    this.#flight?.reject(error);
    this.#flight = undefined;
    this.released ??= this.#drainAndRelease();
    this.released.then(() => this.core.attachments.delete(this));
  }

  /** Fill frame after frame, each while the one before it is in flight. */
  async #takeRest(chunker: Chunker, chunk: Uint8Array): Promise<void> {
    let rest: Uint8Array | undefined = chunk;
    while (rest) {
      rest = chunker.takeMore(rest);
      if (rest) await this.#flight?.promise;
      this.pump("idle");
      this.check();
    }
  }

  /** Wait for the answer to a chunk that is a write of its own. */
  async #acknowledged(): Promise<void> {
    await this.#flight?.promise;
    // Its turn may come only now, after a write that kept the pipe alive.
    this.pump("idle");
    this.check();
    await this.#flight?.promise;
  }

  async #drainAndRelease(): Promise<void> {
    this.#releaseWaits = true;
    const { clock } = this.core.settings;
    await within(clock, DRAIN_MS, this.answer, { ref: false });
    await this.#release();
  }

  #release(): Promise<unknown> {
    this.#releaseWaits = false;
    return this.#releasing ??= this.sendRelease();
  }

  /** Throw the failure, if there is one. */
  protected check(): void {
    if (this.#phase === "failed") throw this.#failure;
  }

  #opened(): Chunker {
    this.check();
    if (this.#phase === "open" && this.#chunker) return this.#chunker;
    throw new TypeError("Cannot write to a closed pipe");
  }

  #end(phase: "closed" | "failed"): void {
    this.#phase = phase;
    // Writers may be kept for their results; their buffers need not.
    this.#chunker = undefined;
    this.#detach();
    this.ended();
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
      controller.signal.addEventListener("abort", () => {
        writer.abort(controller.signal.reason).catch(ignore);
      }, { once: true });
    },
    write: (chunk) => writer.write(chunk),
    async close(): Promise<void> {
      await writer.close();
    },
    abort: (reason) => writer.abort(reason),
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
