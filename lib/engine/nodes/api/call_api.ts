import { abortable, deferred } from "../../../async.ts";
import { ExecutionException } from "../../../errors.ts";
import { answerFailure, type ApiFailure } from "./_api_failure.ts";
import { postOnce } from "./_post_once.ts";
import { retryWait } from "./_retry_wait.ts";
import type { ApiContext } from "./api_context.ts";
import type { ApiRequest } from "./api_request.ts";

/** No further try begins later than this after the first. */
const BUDGET_MS = 600_000;

/**
 * Ask the HTTP API of a model, and again while it fails for reasons that
 * pass: connections, overload, breakdowns.
 *
 * Up to five tries, with a second between the first two and twice as long
 * each time, or what the API asks for up to a minute. Ten minutes after the
 * first try no other begins.
 *
 * @param request What to ask.
 * @param context What to ask with; its signal ends the asking at any moment.
 * @param read Makes something of the answer's JSON; a text says what is wrong
 * with the answer.
 * @returns What `read` made of it.
 * @throws {ExecutionException} The API refuses, fails or cannot be reached.
 * The message never has the key in it.
 * @throws The signal's reason.
 */
export async function callApi<T extends object>(
  request: ApiRequest,
  context: ApiContext,
  read: (body: unknown) => T | string,
): Promise<T> {
  const { clock, signal, warn } = context;
  const started = clock.now();
  for (let attempt = 1;; attempt++) {
    const outcome = await postOnce(request, context);
    if ("body" in outcome) {
      const found = read(outcome.body);
      if (typeof found !== "string") return found;
      throw exception(answerFailure(request, found));
    }
    const { failure } = outcome;
    const wait = failure.transient
      ? retryWait(attempt, failure.retryAfterMs)
      : undefined;
    const left = BUDGET_MS - (clock.now() - started);
    if (wait === undefined || wait > left) throw exception(failure);
    warn(`${failure.message} (trying again in ${wait / 1_000} s)`);
    await pause(context, wait, signal);
  }
}

function exception(
  { message, transient, cause }: ApiFailure,
): ExecutionException {
  return new ExecutionException(message, { retryable: transient, cause });
}

async function pause(
  { clock }: ApiContext,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const gate = deferred<void>();
  const cancel = clock.after(ms, gate.resolve);
  try {
    await abortable(gate.promise, signal);
  } finally {
    cancel();
  }
}
