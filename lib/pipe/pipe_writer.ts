import { isRecord } from "../../schema/json.ts";
import type { PipelineResult } from "../../schema/result.ts";
import { TASK_STATE, type TaskState } from "../../schema/task.ts";
import { type Deferred, deferred, ignore, onAbort, within } from "../async.ts";
import { PipeException } from "../errors.ts";
import type { ObjectWatcher, PipeChunk, PipeOptions } from "./options.ts";
import { checkResult, lostPipe, type PipeCalls } from "./pipe_calls.ts";
import { Liveness, type Watched } from "./watchdog.ts";
import type { Intake } from "./chunker.ts";
import { lanesOf } from "../protocol/media_type.ts";
import type { Attachment } from "../session/attachments.ts";
import type { SessionCore } from "../session/core.ts";
import type { Payload } from "../transport/transport.ts";

/** How long a slot's release waits for the write that is in flight. */
const DRAIN_MS = 5_000;

/** What a writer works with. */
interface PipeWriterOptions
  extends Pick<PipeOptions, "signal" | "onPipelineError"> {
  readonly token: string;
  /** The media type that the pipe was opened with. */
  readonly mimeType: string;
  readonly calls: PipeCalls;
  readonly intake: Intake;
  /** Written on an idle pipe to keep it; `undefined` where nothing is harmless. */
  readonly keepAlive: Uint8Array | undefined;
  /** Told how the object gets on. */
  readonly watcher: ObjectWatcher | undefined;
}

/** The intake of a pipe that is over. */
const SPENT: Intake = {
  acknowledges: false,
  take: () => undefined,
  takeMore: () => undefined,
  end(): void {},
  next: () => undefined,
  sent(): void {},
  behind: (made) => made,
};

/**
 * The life of one open pipe: writes that follow each other, one at a time,
 * then one close; or a failure, after which the engine's slot is freed.
 */
export class PipeWriter implements Attachment, Watched {
  readonly token: string;
  /** A task that starts anew has lost its pipes. */
  readonly earliest: TaskState = TASK_STATE.RUNNING;
  readonly #core: SessionCore;
  readonly #calls: PipeCalls;
  readonly #options: Omit<PipeWriterOptions, "intake">;
  readonly #result: Deferred<PipelineResult> = deferred();
  readonly #liveness: Liveness;
  readonly #detach: () => void;
  #intake: Intake;
  /** Bytes that the engine has consumed, but for those that keep the pipe. */
  #consumed = { payload: 0, source: 0 };
  /** Whether no data was sent. */
  #isEmpty = true;
  #phase: "open" | "draining" | "closing" | "closed" | "failed" = "open";
  #failure: unknown;
  /** The request that waits for its answer; rejects early when the pipe fails. */
  #flight: Deferred<unknown> | undefined;
  /** The answer itself, whatever became of the pipe. */
  #answer: Promise<unknown> = Promise.resolve();
  #released: Promise<void> | undefined;
  /** Whether the slot's release waits for the write that is in flight. */
  #draining = false;
  #closeSent: Promise<void> | undefined;

  constructor(
    core: SessionCore,
    { intake, ...options }: PipeWriterOptions,
  ) {
    this.#core = core;
    this.token = options.token;
    this.#calls = options.calls;
    this.#intake = intake;
    this.#options = options;
    this.#liveness = new Liveness(core, this);
    core.attachments.add(this);
    this.#detach = onAbort(options.signal, (reason) => {
      this.#fail(reason);
    });
  }

  get id(): number {
    return this.#calls.id;
  }

  get pipeId(): number {
    return this.#calls.id;
  }

  get order(): number {
    return this.#calls.order;
  }

  get result(): Promise<PipelineResult> {
    return this.#result.promise;
  }

  get isOpened(): boolean {
    return this.#phase === "open";
  }

  get waiting(): boolean {
    return this.#flight !== undefined;
  }

  /**
   * Take a chunk. Returns at once while it fits the frame that is being
   * gathered; otherwise the promise settles when it has been taken whole.
   */
  write(chunk: PipeChunk): void | Promise<void> {
    if (this.#phase !== "open") throw this.#closedError();
    try {
      this.#liveness.wrote();
      const rest = this.#intake.take(chunk);
      this.#pump("idle");
      this.#check();
      if (rest) return this.#takeRest(rest);
      if (this.#intake.acknowledges) return this.#acknowledged();
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Send what is left, end the object, and return its result. */
  async close(): Promise<PipelineResult> {
    if (this.#phase !== "open") throw this.#closedError();
    this.#phase = "draining";
    try {
      await this.#drain();
      this.#check();
      // A byte order mark alone makes no text, and was read all the same.
      this.#acknowledge(0);
      this.#options.watcher?.closing();
      this.#phase = "closing";
      const body = await this.#track(this.#calls.close()) as PipelineResult;
      this.#check();
      this.#end("closed");
      this.#core.attachments.delete(this);
      const { onPipelineError } = this.#options;
      const result = checkResult(body, onPipelineError, this.#core);
      this.#warnOfNothing(result);
      this.#result.resolve(result);
      return result;
    } catch (error) {
      this.#fail(error);
      this.#result.reject(error);
      throw error;
    }
  }

  /**
   * Give the object up. Resolves when the engine has freed the slot, or after
   * a few seconds if it does not answer.
   */
  async abort(reason: unknown): Promise<void> {
    this.#fail(reason);
    await this.#released;
  }

  /** Give the object up if nobody has ended it. */
  async dispose(): Promise<void> {
    if (this.#phase !== "open" && this.#phase !== "failed") return;
    await this.abort(
      new PipeException("Pipe was disposed of before it was closed", {
        code: "pipe-closed",
      }),
    );
  }

  release(reason: unknown): Promise<void> {
    return this.abort(reason);
  }

  hurry(): void {
    if (this.#draining) this.#sendClose();
  }

  lost(reason: unknown): void {
    this.#released ??= Promise.resolve();
    this.#fail(lostPipe(reason));
  }

  forgotten(reason: unknown): void {
    this.onDead(reason);
  }

  onQuiet(): void {
    this.#pump("quiet");
  }

  onIdle(): void {
    const { keepAlive } = this.#options;
    // What is held back touches the pipe as well, and means something.
    this.#pump("quiet");
    if (keepAlive && this.isOpened && !this.#flight) this.#send(keepAlive);
  }

  onDead(error: unknown): void {
    this.lost(error);
  }

  /** Fill frame after frame, each while the one before it is in flight. */
  async #takeRest(chunk: Uint8Array): Promise<void> {
    let rest: Uint8Array | undefined = chunk;
    while (rest) {
      rest = this.#intake.takeMore(rest);
      if (rest) await this.#flight?.promise;
      this.#pump("idle");
      this.#check();
    }
  }

  /** Wait for the answer to a chunk that is a write of its own. */
  async #acknowledged(): Promise<void> {
    await this.#flight?.promise;
    // Its turn may come only now, after a write that kept the pipe alive.
    this.#pump("idle");
    this.#check();
    await this.#flight?.promise;
  }

  async #drain(): Promise<void> {
    this.#intake.end();
    do {
      await this.#flight?.promise;
      this.#pump("end");
    } while (this.#flight);
  }

  #check(): void {
    if (this.#phase === "failed") throw this.#failure;
  }

  /** Send the next frame if one is due and nothing is in flight. */
  #pump(occasion: "idle" | "quiet" | "end"): void {
    const over = this.#phase !== "open" && this.#phase !== "draining";
    if (this.#flight || over) return;
    try {
      const payload = this.#intake.next(occasion);
      if (!payload) return;
      const { length } = "payload" in payload ? payload.payload : payload;
      const answered = this.#send(payload);
      this.#intake.sent();
      this.#isEmpty &&= length === 0;
      // What is in flight when the pipe fails does not count.
      answered.then(() => this.#acknowledge(length), ignore);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Report the bytes of the source behind so many more bytes of payload. */
  #acknowledge(length: number): void {
    const { watcher } = this.#options;
    if (!watcher) return;
    const before = this.#consumed.source;
    const payload = this.#consumed.payload + length;
    const source = this.#intake.behind(payload);
    this.#consumed = { payload, source };
    if (length > 0 || source > before) watcher.acknowledged(source - before);
  }

  #send(payload: Payload): Promise<unknown> {
    this.#liveness.sent();
    const answered = this.#track(this.#calls.write(payload));
    answered.then(() => this.#pump("idle"), ignore);
    return answered;
  }

  /** Wait for an answer, but no longer than the pipe lives. */
  #track(answer: Promise<unknown>): Promise<unknown> {
    const flight = deferred<unknown>();
    this.#flight = flight;
    this.#answer = answer;
    answer.then((value) => {
      if (this.#flight === flight) this.#flight = undefined;
      flight.resolve(value);
    }, (error) => {
      this.#fail(error);
      flight.reject(error);
    });
    return flight.promise;
  }

  #fail(error: unknown): void {
    if (this.#phase === "closed" || this.#phase === "failed") return;
    const closing = this.#phase === "closing";
    this.#failure = error;
    this.#end("failed");
    this.#calls.cancel();
    this.#result.reject(error);
    this.#flight?.reject(error);
    this.#flight = undefined;
    // A close that has left frees the slot by itself; a pipe that the engine
    // does not know any more may be somebody else's by now.
    const gone = error instanceof PipeException && error.phase !== undefined &&
      (error.code === "pipe-closed" || error.code === "task-not-running");
    this.#released ??= closing || gone ? Promise.resolve() : this.#freeSlot();
    this.#released.then(() => this.#core.attachments.delete(this));
  }

  /** Close the pipe for its slot's sake, not while a write is in flight. */
  async #freeSlot(): Promise<void> {
    const { clock } = this.#core.settings;
    this.#draining = true;
    await within(clock, DRAIN_MS, this.#answer, { ref: false });
    await this.#sendClose();
  }

  #sendClose(): Promise<void> {
    this.#draining = false;
    return this.#closeSent ??= this.#calls.release();
  }

  #end(phase: "closed" | "failed"): void {
    this.#phase = phase;
    // Pipes may be kept for their results; their buffers need not.
    this.#intake = SPENT;
    this.#liveness.stop();
    this.#detach();
  }

  /**
   * Servers say nothing where an object has reached no component; then its
   * result does not say either which fields it has.
   */
  #warnOfNothing(result: PipelineResult): void {
    if (isRecord(result.result_types) || result.error || this.#isEmpty) return;
    const { mimeType } = this.#options;
    const lanes = lanesOf(mimeType);
    const { objectId } = result;
    this.#core.settings.warn(
      `Result is empty: media type "${mimeType}" takes lane ` +
        `${lanes.map((lane) => `"${lane}"`).join(", else ")} of the source. ` +
        "Connect a component to it, and a response node behind that, or set " +
        "another mimeType",
      { kind: "empty-result", objectId, mimeType, lanes },
    );
  }

  #closedError(): unknown {
    return this.#phase === "failed"
      ? this.#failure
      : new TypeError("Cannot write to a closed pipe");
  }
}
