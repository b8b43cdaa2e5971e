import { randomUUID } from "../bytes.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import {
  isPipelineResult,
  type PipelineResult,
  resultErrorMessage,
} from "../../schema/result.ts";
import { TASK_STATE, type TaskState } from "../../schema/task.ts";
import { deferred, delay, ignore } from "../async.ts";
import {
  ExecutionException,
  PipeException,
  ValidationException,
} from "../errors.ts";
import { AcknowledgedWriter } from "./acknowledged_writer.ts";
import { Chunker, foreignCharset } from "./chunker.ts";
import {
  frameBytesOf,
  type ObjectWatcher,
  type PipeChunk,
  type PipeOptions,
  withoutNothing,
} from "./options.ts";
import { failure, isTooEarly, lineGone, lostPipe } from "./pipe_failures.ts";
import { Liveness, type Watched } from "./watchdog.ts";
import { isMarkup } from "../protocol/declared_charset.ts";
import {
  framingOf,
  keepAlivePayload,
  lanesOf,
  parseMediaType,
  wireMimeType,
} from "../protocol/media_type.ts";
import { tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { failureOn, openOn } from "../task/task.ts";
import type { Payload } from "../transport/transport.ts";

/** A declared size of 0 makes parsers skip the object. */
const EMPTY_OBJECT_SIZE = 1;
/** How long the server may take to release a pipe that was given up. */
const RELEASE_MS = 5_000;

/** How long an engine that does not listen yet is given. */
const RETRY_MS = 250;

/** What opening a pipe needs beyond the user's options. */
interface OpenOptions extends PipeOptions {
  readonly mimeType: string;
  /** The size of the object, if the source has it. */
  readonly knownSize?: number | undefined;
  readonly emptyWrite: boolean;
  /** Receives the progress of the object. */
  readonly watcher?: ObjectWatcher | undefined;
}

/** Check everything that can be checked, then open a pipe on the server. */
export function openWriter(
  session: Session,
  task: TaskRef,
  options: OpenOptions,
): Promise<PipeWriter> {
  const core = coreOf(session);
  const open = (token: string): Promise<PipeWriter> =>
    new PipeWriter(core, token, options).open();
  return openOn(core, tokenOf(task), open, options);
}

/**
 * One pipe, from the request that opens it: writes that follow each other, then
 * one close; or a failure, after which the server's slot is released, also when
 * the server grants it only then.
 */
export class PipeWriter extends AcknowledgedWriter<PipelineResult>
  implements Watched {
  readonly token: string;
  /** The pipe's place among everything that was asked for. */
  readonly order: number;
  /** The server's number for the pipe; 0 is a good one. */
  pipeId: number | undefined;
  readonly #options: OpenOptions;
  /** The media type that the pipe is opened with. */
  readonly #mimeType: string;
  /** Whether what leaves is other text than what came. */
  readonly #transcoded: boolean;
  readonly #timeout: number;
  sentAt = 0;
  wrote = false;
  readonly #liveness: Liveness;
  /** Stops the wait for the answer to the open. */
  #giveUp: (reason: unknown) => void = ignore;
  /** Settles when it is known whether there is a pipe to release. */
  readonly #settled = deferred<unknown>();
  /** The connection that the pipe is open on; requests go nowhere else. */
  #line: number | undefined;
  /** Ends what carries the object, where it has something of its own. */
  #cancel: () => void = ignore;
  /** Written on an idle pipe to keep it; none where nothing is harmless. */
  readonly #keepAlive: Uint8Array | undefined;
  /** Whether no data was sent. */
  #isEmpty = true;

  constructor(core: SessionCore, token: string, options: OpenOptions) {
    const { framing, emptyWrite, knownSize, mimeType } = options;
    if (framing === "chunk") checkChunks(core, mimeType);
    super(
      core,
      new Chunker({
        mimeType,
        framing,
        frameBytes: frameBytesOf(options),
        grows: options.frameBytes === undefined,
        emptyWrite,
        size: knownSize,
      }),
    );
    const { essence } = parseMediaType(mimeType);
    this.token = token;
    this.order = core.attachments.next();
    this.#options = options;
    this.#transcoded = foreignCharset(mimeType) !== undefined;
    // Sent as UTF-8, and declared so: a document may declare another charset.
    const utf8 = isMarkup(essence) ? `${essence}; charset=utf-8` : essence;
    this.#mimeType = this.#transcoded ? utf8 : wireMimeType(mimeType);
    this.#keepAlive = keepAlivePayload(mimeType);
    this.#timeout = options.timeout ?? core.settings.longTimeout;
    this.#liveness = new Liveness(core, this);
  }

  /** The first state in which the task can be of use to the pipe. */
  get earliest(): TaskState {
    // A task that starts anew has lost its pipes.
    return this.#isOpening ? TASK_STATE.STARTING : TASK_STATE.RUNNING;
  }

  get isQueued(): boolean {
    return this.#line === undefined;
  }

  get #isOpening(): boolean {
    return this.pipeId === undefined;
  }

  /** Open the pipe: wait for a slot, but not for one of a task that has died. */
  async open(): Promise<this> {
    const { core, token } = this;
    const { provider, signal } = this.#options;
    const args = {
      subcommand: "open",
      object: objectOf(this.#options, this.#transcoded),
      mimeType: this.#mimeType,
      ...(provider ? { provider } : {}),
      token,
    };
    this.attach(signal);
    this.check();
    // A signal costs more than the request, and only one in a queue needs it.
    const queued = core.ready ? undefined : new AbortController();
    this.#giveUp = (reason) => queued?.abort(reason);
    const ask = (): Promise<ResponseMessage> =>
      core.request(
        { command: "rrext_process", token, arguments: args },
        {
          signal: queued?.signal,
          timeout: this.#timeout,
          onLate: (response) => this.#granted(response),
          onLine: (line, cancel, giveUp, connection): void => {
            this.#line = line;
            this.flush = () => connection.flush?.();
            this.#cancel = cancel;
            this.#giveUp = giveUp;
          },
        },
      );
    const asked = ask().then(async (response) => {
      if (!isTooEarly(response) || !this.isOpened) return response;
      this.#line = undefined; // the server has nothing to release
      const wait = new AbortController();
      this.#giveUp = (reason) => wait.abort(reason);
      await delay(core.settings.clock, RETRY_MS, wait.signal);
      return await ask();
    });
    asked.then((response) => this.#granted(response), ignore);
    const response = await this.track(asked);
    if (this.#isOpening) this.fail(failure(core, response, "open"));
    else if (core.signal.aborted) this.fail(core.signal.reason);
    else if (core.line !== this.#line) this.fail(lineGone());
    this.check();
    return this;
  }

  override write(chunk: PipeChunk): void | Promise<void> {
    this.wrote = true;
    return super.write(chunk);
  }

  /** Abort the object, unless it is closed or aborted. */
  async dispose(): Promise<void> {
    if (!this.isOpened) return void await this.released;
    await this.abort(
      new PipeException("Pipe was disposed of before it was closed", {
        code: "pipe-closed",
      }),
    );
  }

  forgotten(reason: unknown): void {
    this.onDead(reason);
  }

  onQuiet(): void {
    this.pump("quiet");
  }

  onIdle(): void {
    const keepAlive = this.#keepAlive;
    // What is held back touches the pipe as well, and means something.
    this.pump("quiet");
    if (keepAlive && this.isOpened && !this.waiting) {
      this.sendPayload(keepAlive);
    }
  }

  onDead(error: unknown): void {
    // A pipe that opens late is released all the same.
    if (this.#isOpening) this.fail(error);
    else this.lost(error);
  }

  protected override async sendWrite(
    payload: Payload,
    length: number,
  ): Promise<void> {
    this.sentAt = this.core.settings.clock.now();
    this.#isEmpty &&= length === 0 || payload === this.#keepAlive;
    const options = { timeout: this.#timeout, payload };
    const response = await this.#ask("write", options);
    const refused = response.success === false;
    if (refused) throw await this.#refused(response, "write");
  }

  protected override async sendClose(): Promise<PipelineResult> {
    const response = await this.#ask("close", { timeout: this.#timeout });
    const { body } = response;
    if (!didFail(response) && isPipelineResult(body)) return body;
    throw await this.#refused(response, "close");
  }

  protected override async sendRelease(): Promise<void> {
    const options = { timeout: RELEASE_MS, frees: true };
    await this.#ask("close", options).catch(ignore);
  }

  protected override consumed(bytes: number): void {
    this.#options.watcher?.acknowledged(bytes);
  }

  protected override closing(): void {
    this.#options.watcher?.closing();
  }

  /** Throw if the object failed in the pipeline, unless that was asked for. */
  protected override finished(result: PipelineResult): PipelineResult {
    const { error } = result;
    if (!error || this.#options.onPipelineError === "return") {
      this.#warnOfNothing(result);
      return result;
    }
    const { secrets } = this.core.settings;
    const shown = { ...result, error: secrets.hideIn(error) };
    throw new ExecutionException(
      resultErrorMessage(shown) || "Pipeline failed",
      { code: "pipeline-failed", result: shown },
    );
  }

  protected override ended(): void {
    this.#liveness.stop();
  }

  /** A pipe that the server does not know any more may be another's by now. */
  protected override isGone(error: unknown): boolean {
    return error instanceof PipeException && error.phase !== undefined &&
      (error.code === "pipe-closed" || error.code === "task-not-running");
  }

  protected override fail(error: unknown): void {
    const opening = this.#isOpening;
    // Whatever the failure, a pipe may still be granted.
    if (opening) {
      this.released ??= this.isQueued
        ? Promise.resolve()
        : this.#settled.promise;
    }
    super.fail(lostPipe(error));
    if (opening) this.#giveUp(error);
    else this.#cancel();
  }

  #refused(it: ResponseMessage, phase: "write" | "close"): Promise<unknown> {
    return failureOn(this.core, this.token, failure(this.core, it, phase));
  }

  /** The answer to the open, however late; `undefined` if none can come. */
  #granted(response: ResponseMessage | undefined): void {
    const id = response?.body?.pipe_id;
    const granted = response && !didFail(response) && Number.isInteger(id);
    if (granted) this.pipeId = id as number;
    if (granted && this.isOpened) return;
    this.#cancel();
    this.#settled.resolve(granted ? this.sendRelease() : undefined);
  }

  #ask(
    subcommand: "write" | "close",
    options: Parameters<SessionCore["request"]>[1],
  ): Promise<ResponseMessage> {
    const { pipeId: pipe_id, token } = this;
    const args = { subcommand, pipe_id, token };
    return this.core.request(
      { command: "rrext_process", token, arguments: args },
      { ...options, line: this.#line },
    );
  }

  /**
   * Servers say nothing where an object has reached no component; then its
   * result does not say either which fields it has.
   */
  #warnOfNothing(result: PipelineResult): void {
    if (isRecord(result.result_types) || result.error || this.#isEmpty) return;
    const mimeType = this.#mimeType;
    const lanes = lanesOf(mimeType);
    const { objectId } = result;
    this.core.settings.warn?.(
      `Result is empty: media type "${mimeType}" takes lane ` +
        `${lanes.map((lane) => `"${lane}"`).join(", else ")} of the source. ` +
        "Connect a component to it, and a response node behind that, or set " +
        "another mimeType",
      { kind: "empty-result", objectId, mimeType, lanes },
    );
  }
}

/** Where each object is one request there are no chunks. */
function checkChunks({ settings }: SessionCore, mimeType: string): void {
  const { connectionless, name } = settings.transport;
  if (!connectionless || framingOf(mimeType) === "record") return;
  throw new ValidationException(`Cannot send chunks as writes over ${name}`, {
    code: "not-supported",
    hint: "Use webSocketTransport(), which is the default",
  });
}

/** The description of the object for the server; never `null`. */
function objectOf(
  { objinfo, knownSize }: OpenOptions,
  transcoded: boolean,
): Readonly<Record<string, unknown>> {
  const size = objinfo?.size ?? (transcoded ? undefined : knownSize);
  const object: Record<string, unknown> = withoutNothing({ ...objinfo });
  object.objectId ??= randomUUID();
  if (size !== undefined) object.size = Math.max(size, EMPTY_OBJECT_SIZE);
  return object;
}
