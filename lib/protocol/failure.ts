import type { ErrorCode } from "../errors.ts";

/** What a failure text of a server means. */
export interface FailureKind {
  /** What went wrong, in a word that never changes. */
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable?: boolean;
}

/** Failure texts of servers, the code that they mean, and a hint. */
export type FailureRow = readonly [
  text: RegExp,
  code: ErrorCode,
  hint?: string,
];

const REFUSED = "authentication-refused";
const PIPE = "pipe-failed";
const START = "Start the pipeline with use()";

/** What servers say. Codes that newer ones send stand beside the texts. */
// deno-fmt-ignore -- a table, one row a line
const FAILURES: readonly FailureRow[] = [
  [/^(?:Not authenticated|Too many authentication attempts)$/, REFUSED, "Connect again"],
  [/^(?:No authorization provided|Invalid (?:API key|authorization provided)|Authentication failed|Access denied)$/, REFUSED, "Check auth or ROCKETRIDE_APIKEY"],
  [/\baccount is waitlisted\b/, REFUSED],
  [/^Bad request$/, REFUSED, "The key of a task is valid until the task ends"],
  [/^Task token is required/, "request-failed", "Pass the token that use() returned"],
  // Newer servers add advice.
  [/^(?:Your pipeline is not running\b|TASK_NOT_REGISTERED$)/, "task-not-running", `The token is wrong, or the task has ended. ${START}`],
  [/^(?:Multiple pipelines are running for |TASK_AMBIGUOUS$)/, "task-ambiguous", "Name the task by its token"],
  [/^Pipeline is already running\.$/, "task-exists", "Set useExisting to join it, or terminate it first"],
  [/^(?:Task (?:has already completed|was stopped|is terminating)|TASK_(?:STOPPED|COMPLETED))\b/, "task-ended", START],
  [/^(?:Invalid command|Unknown subcommand): /, "unknown-command", "The server's version does not have this command"],
  [/^(?:Permission '.*' denied|Access denied: no permissions)/s, "permission-denied", "Use a credential with this permission"],
  [/^(?:The service .* was|Service '.*') not found/s, "service-not-found", "getServices() lists the services of the server"],
  [/^Could not send request$/, "connection-lost"],
  // Also of a server that cannot connect to itself.
  [/\brejected WebSocket connection: HTTP 403$|^HTTP (?:429|50[234])(?: |$)/, "connection-failed", "Try again in a moment"],
  [/^Node '.*' exists in RocketRide but|not available in the embedded engine\b|^Debug interface not available/s, "not-supported", "Connect to a server that has it"],
  [/^Account management requires SaaS mode/, "not-supported", "Only RocketRide's cloud has this command"],
  [/^Pipeline (?:has multiple|does not have a) source|^(?:Pipeline source component|Source) ".*" not found/s, "invalid-pipeline", "Set source to the id of the entry component"],
  [/^(?:Invalid components in pipeline$|Missing pipeline configuration in |Pipeline config must be an object$|'pipeline(?:\.\w+)?' |Component |Duplicate component |Cycle detected in pipeline: |Profile .* is not defined in |The service .* does not have a preconfig section$)/s, "invalid-pipeline", "validate() lists everything that is wrong"],
  [/^(?:Write|Close) pipe with id \S+ (?:not found|is not open)$/, "pipe-closed", "A pipe ends with close(), or after 60 s without a write"],
  [/^Write pipe with id \S+ has failed$/, PIPE, "The error of an earlier write says why"],
  [/^You are looking for a ".*", but this pipeline isn't it$/s, PIPE, "The pipeline has a source of another provider"],
  [/^Invalid lane /, PIPE, "Use a media type that the server knows"],
  [/^(?:No (?:object info|mimeType|pipe_id|data) specified$|Invalid subcommand )/, PIPE],
];

/**
 * Read what a failure text of a server means.
 *
 * The only place where such text decides anything; everything else asks the
 * exception for its `code`.
 *
 * @param text The text, as the server sent it.
 * @param rows Texts of the commands in question, which come first.
 * @returns Its meaning; `request-failed` for text that is not known.
 */
export function classifyFailure(
  text: string,
  rows: readonly FailureRow[] = [],
): FailureKind {
  const row = [...rows, ...FAILURES].find(([pattern]) => pattern.test(text));
  const [, code = "request-failed", hint] = row ?? [];
  const retryable = /^connection-|-busy$/.test(code);
  return { code, ...(hint && { hint }), ...(retryable && { retryable }) };
}

/** A failed response, as far as it matters here. */
export interface FailedResponse {
  /** The server's own code, which newer servers send for some failures. */
  readonly code?: unknown;
  /** The server's text. */
  readonly message?: unknown;
  /** The command that failed. */
  readonly command?: unknown;
}

/**
 * Read what a failed response means: its code where it has one that is known,
 * otherwise its text.
 *
 * @param response The failed response.
 * @param rows As {@linkcode classifyFailure} takes them.
 * @returns Its meaning; `request-failed` if neither is known.
 */
export function failureKind(
  { code, command, message }: FailedResponse,
  rows?: readonly FailureRow[],
): FailureKind {
  const known = classifyFailure(textOf(code));
  if (known.hint) return known;
  const text = textOf(message);
  // Data for a task that was stopped is refused with the task's last words,
  // and a task that was asked to stop has none.
  return command === "rrext_process" && !text
    ? classifyFailure("TASK_STOPPED")
    : classifyFailure(text, rows);
}

/** Text that says something, or none. */
export function textOf(message: unknown): string {
  return typeof message === "string" && message.trim() ? message : "";
}

/**
 * Read the text of a failed response, or make one up.
 *
 * Servers send empty messages, for example for data after a stop.
 *
 * @param response The failed response.
 * @returns Text that is not blank.
 */
export function failureText({ message, command }: FailedResponse): string {
  const name = textOf(command);
  const what = name ? `"${name}"` : "the request";
  return textOf(message) || `Engine refused ${what} without a message`;
}
