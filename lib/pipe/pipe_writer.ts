import { randomUUID } from "../bytes.ts";
import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import {
  isPipelineResult,
  type PipelineResult,
  resultErrorMessage,
} from "../../schema/result.ts";
import { deferred, delay, ignore } from "../async.ts";
import {
  ExecutionException,
  PipeException,
  ValidationException,
} from "../errors.ts";
import { AcknowledgedWriter } from "./acknowledged_writer.ts";
import { Chunker, foreignCharset, typeAsUtf8 } from "./chunker.ts";
import {
  frameBytesOf,
  type ObjectWatcher,
  type PipeOptions,
  withoutNothing,
} from "./options.ts";
import { failure, isTooEarly, lostPipe } from "./pipe_failures.ts";
import { liveness, type Watched, watchPipes } from "./watchdog.ts";
import {
  framingOf,
  keepAlivePayload,
  lanesOf,
  wireMimeType,
} from "../protocol/media_type.ts";
import { tokenOf } from "../session/call.ts";
import { coreOf, type SessionCore } from "../session/core.ts";
import type { Session, TaskRef } from "../session/session.ts";
import { failureOn, openOn } from "../task/task.ts";
import type { Payload } from "../transport/transport.ts";

/** How long the server may take to release a pipe that was given up. */
const RELEASE_MS = 5_000;

/** The delay before an open is repeated if the engine does not listen yet. */
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
  /** The server's number for the pipe; 0 is valid. */
  pipeId: number | undefined;
  readonly #options: OpenOptions;
  /** The media type that the pipe is opened with. */
  readonly #mimeType: string;
  /** Made at the first tick: most pipes are over before it. */
  #checkLiveness: (() => void) | undefined;
  /** Stops the wait for the answer to the open. */
  #giveUp: (reason: unknown) => void = ignore;
  /** Settles when it is known whether there is a pipe to release. */
  #settled = deferred<unknown>();
  /** The connection that the pipe is open on; requests go nowhere else. */
  #connectionId: number | undefined;
  /** Cancels the request that carries the object, over HTTP. */
  #cancel: () => void = ignore;

  constructor(core: SessionCore, token: string, options: OpenOptions) {
    const { mimeType } = options;
    if (options.framing === "chunk") checkChunks(core, mimeType);
    const chunker = new Chunker({
      ...options,
      frameBytes: frameBytesOf(options),
      grows: options.frameBytes === undefined,
    });
    super(core, chunker, options.watcher);
    this.token = token;
    this.order = ++core.order;
    this.#options = options;
    this.#mimeType = foreignCharset(mimeType)
      ? typeAsUtf8(mimeType)
      : wireMimeType(mimeType);
  }

  get isQueued(): boolean {
    return this.#connectionId === undefined;
  }

  get #isOpening(): boolean {
    return this.pipeId === undefined;
  }

  /** Open the pipe: wait for a slot, but not for one of a task that has died. */
  async open(): Promise<this> {
    const { core } = this;
    this.attach(this.#options.signal);
    this.check();
    watchPipes(core);
    let response = await this.track(this.#askToOpen());
    if (isTooEarly(response)) {
      this.#connectionId = undefined; // the server has nothing to release
      this.#settled = deferred();
      const { clock } = core.settings;
      await this.track(delay(clock, RETRY_MS, this.#givenUp()));
      response = await this.track(this.#askToOpen());
    }
    if (this.#isOpening) this.fail(failure(core, response, "open"));
    // The connection may have been lost in the turn of the answer.
    this.check();
    // However long it waited for a slot, the pipe is new to the engine.
    this.sentAt = core.settings.clock.now();
    return this;
  }

  /** Abort the object, unless it is closed or aborted. */
  async dispose(): Promise<void> {
    if (this.isOpened) {
      this.fail(
        new PipeException("Pipe was disposed of before it was closed", {
          code: "pipe-closed",
        }),
      );
    }
    await this.released;
  }

  tick(): void {
    this.#checkLiveness ??= liveness(this.core, this);
    this.#checkLiveness();
  }

  paused(isIdle: boolean): void {
    // What is held back touches the pipe as well, and means something.
    this.pump("quiet");
    if (!isIdle || !this.isOpened || this.waiting) return;
    const nothing = keepAlivePayload(this.#mimeType);
    if (nothing) this.send(nothing);
  }

  forgotten(error: unknown): void {
    // A pipe that opens late is released all the same.
    this.fail(error, this.#isOpening ? undefined : Promise.resolve());
  }

  protected override async sendWrite(payload: Payload): Promise<void> {
    const response = await this.#ask("write", { payload });
    const refused = response.success === false;
    if (refused) throw await this.#refused(response, "write");
  }

  protected override async sendClose(): Promise<PipelineResult> {
    const response = await this.#ask("close");
    const { body } = response;
    if (didFail(response) || !isPipelineResult(body)) {
      throw await this.#refused(response, "close");
    }
    const { error } = body;
    if (error && this.#options.onPipelineError !== "return") {
      const { secrets } = this.core.settings;
      const result = { ...body, error: secrets.hideIn(error) };
      throw new ExecutionException(
        resultErrorMessage(result) || "Pipeline failed",
        { code: "pipeline-failed", result },
      );
    }
    if (!error && this.taken > 0) this.#warnOfNothing(body);
    return body;
  }

  protected override sendRelease(): Promise<unknown> {
    const options = { timeout: RELEASE_MS, frees: true };
    return this.#ask("close", options).catch(ignore);
  }

  protected override fail(error: unknown, released?: Promise<unknown>): void {
    const opening = this.#isOpening;
    // Whatever the failure, a pipe may still be granted.
    if (opening && !this.isQueued) released ??= this.#settled.promise;
    else if (opening || isGone(error)) released ??= Promise.resolve();
    super.fail(lostPipe(error), released);
    if (opening) this.#giveUp(error);
    else this.#cancel();
  }

  #refused(it: ResponseMessage, phase: "write" | "close"): Promise<unknown> {
    return failureOn(this.core, this.token, failure(this.core, it, phase));
  }

  /** Aborts when the open is given up. */
  #givenUp(): AbortSignal {
    const controller = new AbortController();
    this.#giveUp = (reason) => controller.abort(reason);
    return controller.signal;
  }

  #askToOpen(): Promise<ResponseMessage> {
    const { core } = this;
    const { mimeType, objinfo, provider, knownSize } = this.#options;
    // Text that is transcoded changes its length.
    const known = foreignCharset(mimeType) ? undefined : knownSize;
    const { size = known, ...described } = withoutNothing(objinfo);
    const object = {
      objectId: randomUUID(),
      // Parsers skip an object whose size is 0.
      size: size === undefined ? size : Math.max(size, 1),
      ...described,
    };
    const args = {
      object,
      mimeType: this.#mimeType,
      provider: provider || undefined,
    };
    const asked = this.#ask("open", {
      // A signal costs more than the request, and only queued requests need it.
      signal: core.ready ? undefined : this.#givenUp(),
      onLate: (response) => this.#granted(response),
      onSent: (connectionId, cancel, giveUp, connection): void => {
        this.#connectionId = connectionId;
        this.flush = () => connection.flush?.();
        this.#cancel = cancel;
        this.#giveUp = giveUp;
      },
    }, args);
    asked.then((response) => this.#granted(response), ignore);
    return asked;
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
    subcommand: "open" | "write" | "close",
    options?: Parameters<SessionCore["request"]>[1],
    more?: Readonly<Record<string, unknown>>,
  ): Promise<ResponseMessage> {
    const { core, pipeId: pipe_id, token } = this;
    const args = { subcommand, pipe_id, token, ...more };
    const timeout = this.#options.timeout ?? core.settings.longTimeout;
    return core.request(
      { command: "rrext_process", token, arguments: args },
      { timeout, connectionId: this.#connectionId, ...options },
    );
  }

  /**
   * Servers say nothing where an object has reached no component; then its
   * result does not say either which fields it has.
   */
  #warnOfNothing(result: PipelineResult): void {
    const { warn } = this.core.settings;
    if (!warn || isRecord(result.result_types)) return;
    const mimeType = this.#mimeType;
    const lanes = lanesOf(mimeType);
    const { objectId } = result;
    warn(
      `Result is empty: media type "${mimeType}" takes lane ` +
        `${lanes.map((lane) => `"${lane}"`).join(", else ")} of the source. ` +
        "Connect a component to it, and a response node behind that, or set " +
        "another mimeType",
      { kind: "empty-result", objectId, mimeType, lanes },
    );
  }
}

/** Throws for chunks on a transport that sends each object as one request. */
function checkChunks({ settings }: SessionCore, mimeType: string): void {
  const { connectionless, name } = settings.transport;
  if (!connectionless || framingOf(mimeType) === "record") return;
  throw new ValidationException(`Cannot send chunks as writes over ${name}`, {
    code: "not-supported",
    hint: "Use webSocketTransport(), which is the default",
  });
}

/** Whether the server has released the pipe; its number may be reused. */
function isGone(error: unknown): boolean {
  return error instanceof PipeException && error.phase !== undefined &&
    (error.code === "pipe-closed" || error.code === "task-not-running");
}
