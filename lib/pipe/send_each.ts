import type { PipelineResult } from "../../schema/result.ts";
import {
  combineSignals,
  type Deferred,
  deferred,
  ignore,
  onAbort,
} from "../async.ts";
import { checkOptions } from "../check.ts";
import {
  checkPipeOptions,
  frameBytesOf,
  PIPE_NAMES,
  type PipeOptions,
  type PipeSource,
  type SendOptions,
  withoutNothing,
} from "./options.ts";
import { poolSize } from "./pooled.ts";
import { sendObject } from "./send.ts";
import { tokenOf } from "../session/call.ts";
import { coreOf } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";

/** Results that may wait to be read, for each object that is sent at once. */
const HELD = 2;

/**
 * An object with options of its own, which win over those of the stream where
 * they are not `undefined`.
 */
export interface SendEachItem extends SendOptions {
  /** What to send; see {@linkcode PipeSource}. */
  readonly data: PipeSource;
  /** The display name; the same as `objinfo: { name }`. */
  readonly name?: string | undefined;
}

/** What {@linkcode sendEach} takes: an object alone, or with options. */
export type SendEachInput = PipeSource | SendEachItem;

/** What became of one object of {@linkcode sendEach}. */
export type SendEachOutput<Input = SendEachInput> =
  | {
    /** The object, as it was written. */
    readonly input: Input;
    /** What the pipeline made of it. */
    readonly result: PipelineResult;
    readonly error?: undefined;
  }
  | {
    /** The object, as it was written. */
    readonly input: Input;
    readonly result?: undefined;
    /**
     * What `send` would have thrown; never `undefined` or `null`, so comparing
     * with `undefined` distinguishes a failure from a result.
     */
    readonly error: NonNullable<unknown>;
  };

/** Options of {@linkcode sendEach}: those of `send`, for all objects. */
export interface SendEachOptions extends PipeOptions {
  /**
   * How many objects are sent at the same time; no more than two for each slot
   * of the task, where its handle knows them (`threads` of `use`). While one
   * object is in a slot, the next is opened. An open that waits for a slot
   * counts against `timeout`.
   *
   * @default {16}
   */
  readonly concurrency?: number | undefined;
  /**
   * Stops everything: objects under way are given up, their slots are freed,
   * and both ends error with the signal's reason.
   */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * Send each object that is written, and read what became of each: a pair of
 * streams for `pipeThrough`.
 *
 * Results come in the order of the objects. An object that fails gives
 * `{ input, error }`, and the stream goes on. Several objects are sent at the
 * same time, see `concurrency`; no more than twice as many are held until
 * their results are read, so a slow reader slows the writer.
 *
 * Cancelling `readable`, aborting `writable` and `signal` give up the objects
 * under way, free their slots and error the other end. When the session ends
 * while `writable` is open, the results of objects that were written can still
 * be read; then both ends error.
 *
 * @typeParam Input The type of the objects; results refer to them.
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param options See {@linkcode SendEachOptions}.
 * @returns The two ends.
 * @throws {TypeError} An option is not what it should be.
 * @throws {RangeError} `concurrency` or `frameBytes` is out of range.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, sendEach, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const pipeline = {
 *   source: "in",
 *   components: [
 *     { id: "in", provider: "webhook", config: {} },
 *     { id: "out", provider: "response_text", config: {},
 *       input: [{ lane: "text", from: "in" }] },
 *   ],
 * };
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, { pipeline });
 *
 * const rows = new ReadableStream<string>({
 *   start(controller) {
 *     for (const row of ["one", "two"]) controller.enqueue(row);
 *     controller.close();
 *   },
 * });
 * const texts: unknown[] = [];
 * await rows.pipeThrough(sendEach(session, task)).pipeTo(
 *   new WritableStream({
 *     write({ input, result, error }) {
 *       texts.push([input, error ?? result?.text]);
 *     },
 *   }),
 * );
 * assertEquals(texts, [["one", ["one\n\n"]], ["two", ["two\n\n"]]]);
 *
 * await close(session);
 * await engine.close();
 * ```
 */
export function sendEach<Input extends SendEachInput = SendEachInput>(
  session: Session,
  task: TaskRef,
  options: SendEachOptions = {},
): ReadableWritablePair<SendEachOutput<Input>, Input> {
  const core = coreOf(session);
  tokenOf(task);
  checkOptions(options, "sendEach(session, task, { concurrency })", {
    ...PIPE_NAMES,
    concurrency: 1,
  });
  checkPipeOptions(options);
  frameBytesOf(options);
  const concurrency = poolSize(options, task);
  /** Objects whose results were not read, in their order. */
  const waiting: Promise<SendEachOutput<Input>>[] = [];
  let active = 0;
  /** Set once no further object is taken. */
  let over: { readonly error?: unknown } | undefined;
  /** Settles when an object comes, is done or is read, and at the end. */
  let change: Deferred<void> = deferred();
  const stop = new AbortController();
  const { signal } = stop;
  const detach: (() => void)[] = [];

  function changed(): void {
    change.resolve();
    change = deferred();
  }

  /** Listen to no signal any more. */
  function finish(): void {
    for (const off of detach.splice(0)) off();
  }

  async function outcomeOf(input: Input): Promise<SendEachOutput<Input>> {
    active++;
    let off = ignore;
    try {
      const { data, name, ...own } = itemOf(input);
      const described = { name, ...withoutNothing(own.objinfo) };
      const all = {
        ...options,
        ...withoutNothing(own),
        objinfo: { ...options.objinfo, ...withoutNothing(described) },
      };
      const [one, detach] = combineSignals(signal, own.signal);
      off = detach;
      const sending = sendObject(session, task, data, { ...all, signal: one });
      return { input, result: await sending };
    } catch (error) {
      return { input, error: error ?? new TypeError("Source failed") };
    } finally {
      off();
      active--;
      changed();
    }
  }

  const writable = new WritableStream<Input>({
    start(controller): void {
      function end(error: unknown): void {
        if (over) return;
        over = { error };
        // An abort is no error of the stream's own; it would reject `abort()`.
        if (!controller.signal.aborted) controller.error(error);
        changed();
      }
      detach.push(onAbort(core.closing.signal, end));
      onAbort(signal, end);
      // The sink's own `abort` has to wait for a write that waits for room.
      onAbort(controller.signal, (reason) => stop.abort(reason));
    },
    async write(input): Promise<void> {
      const full = (): boolean =>
        active >= concurrency || waiting.length >= HELD * concurrency;
      while (full() && !over) await change.promise;
      if (over) throw over.error;
      waiting.push(outcomeOf(input));
      changed();
    },
    close(): void {
      over ??= {};
      changed();
    },
  });

  const readable = new ReadableStream<SendEachOutput<Input>>({
    start(controller): void {
      onAbort(signal, (reason) => controller.error(reason));
    },
    async pull(controller): Promise<void> {
      while (waiting.length === 0 && !over) await change.promise;
      const [next] = waiting;
      const output = await next;
      if (signal.aborted) return;
      if (output) {
        waiting.shift();
        changed();
        return controller.enqueue(output);
      }
      finish();
      if (over && "error" in over) controller.error(over.error);
      else controller.close();
    },
    cancel(reason): void {
      stop.abort(reason);
    },
  }, { highWaterMark: 0 });

  onAbort(signal, finish);
  detach.push(onAbort(options.signal, (reason) => stop.abort(reason)));
  return { readable, writable };
}

/** An object with its options; every form comes down to this. */
function itemOf(input: SendEachInput): SendEachItem {
  const isItem = typeof input === "object" && input !== null &&
    "data" in input && !(Symbol.asyncIterator in input);
  if (!isItem) return { data: input };
  const names = { ...PIPE_NAMES, data: 1, name: 1 } as const;
  checkOptions(input, "an object { data, name, mimeType }", names);
  checkPipeOptions(input);
  return input;
}
