import type { PipelineResult } from "../../schema/result.ts";
import type { Question } from "../../schema/question.ts";
import { isRecord } from "../../schema/json.ts";
import { ignore, onAbort } from "../async.ts";
import { checkOptions } from "../check.ts";
import { type DataPipe, pipe } from "../pipe/data_pipe.ts";
import {
  type EventSubscription,
  type StreamedEvent,
  subscribe,
} from "../events/events.ts";
import { coreOf } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";
import {
  CHAT_NAMES,
  type ChatOptions,
  chatPipeOptions,
  questionText,
} from "./chat.ts";

/** What a stream of {@linkcode chatStream} gives. */
export type ChatPart =
  | {
    /** Progress that a node of the pipeline has reported. */
    readonly type: "progress";
    /** The kind of progress, as the node names it, for example `thinking`. */
    readonly kind: string;
    /** What the node has reported; most nodes send a `message`. */
    readonly data: Readonly<Record<string, unknown>>;
  }
  | {
    /** Some progress is missing here, since the reader was slow. */
    readonly type: "gap";
    /** How many parts are missing; `undefined` where that is unknown. */
    readonly lost: number | undefined;
  }
  | {
    /** The last part: the result of the pipeline. */
    readonly type: "result";
    /** Read it with {@linkcode firstAnswer} and its siblings. */
    readonly result: PipelineResult;
  };

/** How much progress may wait for the reader. */
const PROGRESS_PARTS = 256;

/**
 * Ask a task's pipeline a question and stream its progress.
 *
 * The parts are the progress that nodes report, in order, and last the result;
 * then the stream closes. Nothing is sent before the first read. Engines do not
 * stream the answer itself. Cancelling the stream, or leaving a `for await`
 * loop, frees the engine's slot, even while the engine still opens the pipe.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param question The question, or its text.
 * @param options See {@linkcode ChatOptions}; `signal` errors the stream.
 * @returns The parts. Errors with what {@linkcode chat} throws.
 * @throws {TypeError} It is no question. Nothing was sent.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chatStream, close, connect, use } from "@rocketride/streams";
 * import { createEngine } from "@rocketride/streams/engine";
 *
 * const engine = createEngine();
 * const session = await connect({ transport: engine.transport(), auth: "key" });
 * const task = await use(session, {
 *   filepath: "examples/pipelines/chat.pipe.json",
 * });
 * const question = "What is the capital of France?";
 * let answer: unknown;
 * for await (const part of chatStream(session, task, question)) {
 *   if (part.type === "result") answer = part.result.answers;
 * }
 * assertEquals(answer, ["Paris"]);
 * await close(session);
 * await engine.close();
 * ```
 */
export function chatStream(
  session: Session,
  task: TaskRef,
  question: string | Question,
  options: ChatOptions = {},
): ReadableStream<ChatPart> {
  checkOptions(
    options,
    "chatStream(session, task, question, { timeout })",
    CHAT_NAMES,
  );
  const json = questionText(question);
  /** Aborts when the stream is cancelled. */
  const gone = new AbortController();
  let detach: () => void = ignore;
  let opening: Promise<Asking> | undefined;
  let open: Asking | undefined;

  async function start(): Promise<Asking> {
    detach = onAbort(options.signal, (reason) => gone.abort(reason));
    return open = await openQuestion(session, task, json, {
      ...options,
      signal: gone.signal,
    });
  }

  return new ReadableStream<ChatPart>({
    async pull(controller): Promise<void> {
      try {
        const part = await nextPart(await (opening ??= start()));
        controller.enqueue(part);
        if (part.type !== "result") return;
        detach();
        controller.close();
      } catch (error) {
        detach();
        gone.abort(error);
        throw error;
      }
    },
    async cancel(reason): Promise<void> {
      detach();
      // `abort()` resolves when the slot is free; a signal does not tell.
      const leaving = [
        open?.progress.cancel(),
        open?.target.abort(reason),
      ];
      await Promise.allSettled(leaving);
      gone.abort(reason);
      await opening?.catch(ignore);
    },
  }, { highWaterMark: 0 });
}

/** A question in flight. */
interface Asking {
  readonly target: DataPipe;
  /** The progress; ends once there is a result or a failure. */
  readonly progress: ReadableStreamDefaultReader<StreamedEvent>;
}

async function openQuestion(
  session: Session,
  task: TaskRef,
  json: string,
  options: ChatOptions & { readonly signal: AbortSignal },
): Promise<Asking> {
  const { signal, timeout } = options;
  const target = await pipe(session, task, chatPipeOptions(options));
  let progress: EventSubscription;
  try {
    progress = await subscribe(coreOf(session), target, {
      types: ["apaevt_sse"],
      highWaterMark: PROGRESS_PARTS,
      overflow: "drop-oldest",
      signal,
      timeout,
    });
  } catch (error) {
    target.abort(error).catch(ignore);
    throw error;
  }
  progress.open(signal);
  const writer = target.getWriter();
  // Failures of both arrive by the result.
  writer.write(json).catch(ignore);
  writer.close().catch(ignore);
  writer.closed.catch(ignore);
  writer.releaseLock();
  // Progress that was reported before the result stays before it.
  target.result.catch(ignore).then(progress.close);
  return { target, progress: progress.stream.getReader() };
}

async function nextPart({ target, progress }: Asking): Promise<ChatPart> {
  for (;;) {
    const { done, value } = await progress.read();
    if (done) return { type: "result", result: await target.result };
    const part = partOf(value);
    if (part) return part;
  }
}

function partOf(event: StreamedEvent): ChatPart | undefined {
  if (event.type === "gap") return { type: "gap", lost: event.lost };
  const { body } = event;
  if (!isRecord(body)) return undefined;
  const { type: kind, data } = body;
  return {
    type: "progress",
    kind: typeof kind === "string" ? kind : "",
    data: isRecord(data) ? data : {},
  };
}
