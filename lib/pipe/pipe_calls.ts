import { didFail, type ResponseMessage } from "../../schema/envelope.ts";
import {
  isPipelineResult,
  type PipelineResult,
  resultErrorMessage,
} from "../../schema/result.ts";
import { ignore } from "../async.ts";
import {
  ConnectionException,
  type DAPException,
  ExecutionException,
  PipeException,
} from "../errors.ts";
import type { PipeOptions } from "./options.ts";
import { acquire, type Acquisition, type Sent } from "../session/acquire.ts";
import { refusal } from "../session/call.ts";
import type { SessionCore } from "../session/core.ts";
import type { Payload } from "../transport/transport.ts";

/** How long the engine may take to let go of a pipe that was given up. */
const RELEASE_MS = 5_000;

type Phase = "open" | "write" | "close";

/** The three requests of one pipe. */
export interface PipeCalls {
  /** The engine's number for the pipe; 0 is a good one. */
  readonly id: number;
  /** The line that the number means something on; requests go nowhere else. */
  readonly line: number;
  /** The pipe's place among everything that was asked for. */
  readonly order: number;
  /** Send a payload and wait until the pipeline has consumed it. */
  write(payload: Payload): Promise<void>;
  /** End the object and return what the pipeline made of it. */
  close(): Promise<PipelineResult>;
  /**
   * End what carries the object, where it has something of its own; then the
   * object does not reach the engine as if it were whole.
   */
  cancel(): void;
  /** End the object for its slot's sake alone; never fails. */
  release(): Promise<void>;
}

/**
 * Open a pipe. If it is given up while the engine still waits for a slot, the
 * late pipe is closed as soon as it is reported.
 *
 * @param use Takes the pipe, in the turn of the answer.
 */
export async function openPipe<T>(
  core: SessionCore,
  token: string,
  object: Readonly<Record<string, unknown>>,
  options: PipeOptions & { readonly mimeType: string },
  use: (calls: PipeCalls) => T,
): Promise<T> {
  const { mimeType, provider, signal } = options;
  const timeout = options.timeout ?? core.settings.longTimeout;
  const args = {
    subcommand: "open",
    object,
    mimeType,
    ...(provider ? { provider } : {}),
  };
  const opening = acquire(core, {
    request: processing(token, args),
    options: { signal, timeout },
    take(response, sent): T {
      const id = pipeId(response);
      if (id === undefined) throw failure(core, response, "open");
      if (core.signal.aborted) throw core.signal.reason;
      if (core.line !== sent.line) throw lineGone();
      return use(pipeCalls(core, token, id, timeout, sent));
    },
    async free(response, sent): Promise<void> {
      const id = pipeId(response);
      if (id === undefined) return;
      sent.cancel();
      await pipeCalls(core, token, id, timeout, sent).release();
    },
  });
  try {
    return await opening;
  } catch (error) {
    // The server may grant what was asked for on the connection that is gone.
    throw lostPipe(error);
  }
}

/** A pipe's number means nothing, or another's pipe, on another connection. */
function lineGone(): ConnectionException {
  return new ConnectionException("Connection was lost as the pipe was opened", {
    sent: true,
    retryable: true,
  });
}

function pipeCalls(
  core: SessionCore,
  token: string,
  id: number,
  timeout: number,
  { cancel, line, order }: Sent,
): PipeCalls {
  const writing = { subcommand: "write", pipe_id: id };
  const closing = { subcommand: "close", pipe_id: id };
  return {
    id,
    line,
    order,
    async write(payload): Promise<void> {
      const response = await processRequest(core, token, writing, {
        timeout,
        payload,
        line,
      });
      if (didFail(response)) throw failure(core, response, "write");
    },
    async close(): Promise<PipelineResult> {
      const response = await processRequest(core, token, closing, {
        timeout,
        line,
      });
      const { body } = response;
      if (didFail(response) || !isPipelineResult(body)) {
        throw failure(core, response, "close");
      }
      return body;
    },
    cancel,
    async release(): Promise<void> {
      const options = { timeout: RELEASE_MS, line, frees: true };
      await processRequest(core, token, closing, options).catch(ignore);
    },
  };
}

function processRequest(
  core: SessionCore,
  token: string,
  args: Readonly<Record<string, unknown>>,
  options: Parameters<SessionCore["request"]>[1],
): Promise<ResponseMessage> {
  return core.request(processing(token, args), options);
}

function processing(
  token: string,
  args: Readonly<Record<string, unknown>>,
): Acquisition<unknown>["request"] {
  return {
    command: "rrext_process",
    token,
    arguments: { ...args, token },
  };
}

function pipeId(response: ResponseMessage): number | undefined {
  const id = response.body?.pipe_id;
  return !didFail(response) && Number.isInteger(id) ? id as number : undefined;
}

/**
 * 1.1 engines report a failed open, write or close as a success without a
 * body; where a body is due, its absence is the failure.
 */
function failure(
  { settings: { secrets } }: SessionCore,
  response: ResponseMessage,
  phase: Phase,
): DAPException {
  if (didFail(response)) return refusal(response, PipeException, { phase });
  return new PipeException(`Engine could not ${phase} the pipe`, {
    dapResult: secrets.hideIn(response, true),
    phase,
    hint: "The engine hid the reason; look at the errors of getTaskStatus()",
  });
}

/** Throw if the object failed in the pipeline, unless that was asked for. */
export function checkResult(
  result: PipelineResult,
  onPipelineError: PipeOptions["onPipelineError"],
  { settings: { secrets } }: SessionCore,
): PipelineResult {
  if (!result.error || onPipelineError === "return") return result;
  const shown = { ...result, error: secrets.hideIn(result.error) };
  throw new ExecutionException(
    resultErrorMessage(shown) || "Pipeline failed",
    { code: "pipeline-failed", result: shown },
  );
}

const SLOT_HINT =
  "The pipe holds its slot on the server for up to 90 s more; " +
  "until then the next pipe may wait for it";

/**
 * What a pipe fails with when its connection was lost. The server keeps the
 * slot until it finds the pipe idle. The pipe's number cannot be used on
 * another connection to free it: it may be another pipe's by then.
 *
 * @param reason What the connection was lost by.
 * @returns The same failure, which says when the slot is free again.
 */
export function lostPipe(reason: unknown): unknown {
  const lost = reason instanceof ConnectionException &&
    reason.code === "connection-lost" && reason.sent;
  if (!lost) return reason;
  const { message, hint, retryable, closeCode } = reason;
  return new ConnectionException(message, {
    sent: true,
    retryable,
    closeCode,
    cause: reason,
    hint: hint ? `${hint}. ${SLOT_HINT}` : SLOT_HINT,
  });
}
