import type { UploadBody } from "../../schema/event.ts";
import { type Deferred, deferred, ignore, onAbort } from "../async.ts";
import type { FileInputs } from "./file_input.ts";
import type { SendFilesOptions } from "./options.ts";
import { planUploads } from "./uploads.ts";
import type { Session, TaskRef } from "../session/session.ts";

/** How many events may wait to be read before no further file is begun. */
const MAX_WAITING = 64;

/** The progress or the result of an upload; narrow it by `action`. */
export type UploadEvent = UploadBody & {
  /** The number of the file among those given, from 0. */
  readonly index: number;
};

/**
 * Upload files to a task, several at a time, as a stream of what happens.
 *
 * The progress and the results of {@linkcode sendFiles}, as a stream of
 * events: `open`, `write` and `close` of each file, and its result, whose
 * `action` is `complete` or `error`. Nothing is kept, so the files may be
 * without end. The uploads begin at once; while more than 64 events wait to
 * be read, no further file is begun and no `write` reported. Cancelling aborts
 * all uploads and releases their slots.
 *
 * The stream closes when all files are done. It errors with what `sendFiles`
 * rejects with, after the earlier events were read; with the reason of a signal
 * it errors at once.
 *
 * @param session A session from {@linkcode connect}.
 * @param task The task, or its token.
 * @param files The files, as `sendFiles` takes them.
 * @param options See {@linkcode SendFilesOptions}.
 * @returns The events, in the order in which they happen.
 * @throws {TypeError} Something in the list is no file. Nothing was sent.
 * @throws {RangeError} `concurrency`, `retries` or a size is out of range.
 * Nothing was sent.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { close, connect, uploadFiles, use } from "@rocketride/streams";
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
 * const actions: string[] = [];
 * const files = [new File(["Hello"], "hello.txt")];
 * for await (const event of uploadFiles(session, task, files)) {
 *   actions.push(event.action);
 * }
 * assertEquals(actions, ["open", "write", "close", "complete"]);
 *
 * await close(session);
 * await engine.close();
 * ```
 */
export function uploadFiles(
  session: Session,
  task: TaskRef,
  files: FileInputs,
  options: SendFilesOptions = {},
): ReadableStream<UploadEvent> {
  const run = planUploads(session, task, files, options);
  const stop = new AbortController();
  const { signal } = stop;
  const detach = onAbort(options.signal, (reason) => stop.abort(reason));
  let finished: Promise<void> = Promise.resolve();
  /** Settles when an event was read. */
  let reading: Deferred<void> = deferred();

  async function upload(
    controller: ReadableStreamDefaultController<UploadEvent>,
  ): Promise<void> {
    async function until(waiting: number): Promise<void> {
      const room = MAX_WAITING - waiting;
      while (!signal.aborted && (controller.desiredSize ?? 0) < room) {
        await reading.promise;
      }
    }
    try {
      await run({
        onEvent(body, index): void {
          const full = (controller.desiredSize ?? 0) <= 0;
          if (signal.aborted || full && body.action === "write") return;
          controller.enqueue({ ...body, index });
        },
        room: () => until(MAX_WAITING - 1),
      }, signal);
      if (!signal.aborted) controller.close();
    } catch (error) {
      await until(0);
      controller.error(error);
    } finally {
      detach();
    }
  }

  function readOn(): void {
    reading.resolve();
    reading = deferred();
  }

  onAbort(signal, readOn);
  return new ReadableStream<UploadEvent>({
    start(controller): void {
      finished = upload(controller);
      finished.catch(ignore);
    },
    pull: readOn,
    async cancel(reason): Promise<void> {
      stop.abort(reason);
      await finished;
    },
  }, { highWaterMark: MAX_WAITING });
}
