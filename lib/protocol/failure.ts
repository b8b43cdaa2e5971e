import type { ErrorCode } from "../errors.ts";

/** What a failure text of an engine means. */
export interface FailureKind {
  /** What went wrong, in a word that never changes. */
  readonly code: ErrorCode;
  /** What to do about it. */
  readonly hint?: string;
  /** Whether the same call may succeed later, unchanged. */
  readonly retryable?: boolean;
}

const BAD_KEY: FailureKind = {
  code: "authentication-refused",
  hint: "Check `auth` or ROCKETRIDE_APIKEY; it is not tried again",
};
const BAD_PIPELINE: FailureKind = {
  code: "invalid-pipeline",
  hint: "Use validate() to see everything that is wrong with it",
};
const NO_SOURCE: FailureKind = {
  code: "invalid-pipeline",
  hint: "Name the id of the entry component with the option `source`",
};
const NO_PERMISSION: FailureKind = {
  code: "permission-denied",
  hint: "Use a credential that has this permission for the task's team",
};
const PIPE_GONE: FailureKind = {
  code: "pipe-closed",
  hint: "A pipe ends with close(), or after 60 s without a write",
};
const REQUEST_BUG: FailureKind = {
  code: "pipe-failed",
  hint: "The request lacked a part that the engine needs",
};
const NOT_RUNNING: FailureKind = {
  code: "task-not-running",
  hint: "The token is wrong, or the task has ended: start it with use()",
};
const TASK_ENDED: FailureKind = {
  code: "task-ended",
  hint: "Start the pipeline again with use()",
};
const AMBIGUOUS: FailureKind = {
  code: "task-ambiguous",
  hint: "Several tasks run for this project: name the task by its token",
};
const FILE_EXISTS: FailureKind = {
  code: "file-exists",
  hint: "Remove it first: nothing is replaced by a rename",
};
/** A path of the store that is none, whoever finds out. */
export const BAD_PATH: FailureKind = {
  code: "invalid-path",
  hint: "Paths lead down from the root of the store, with `/` between names",
};
const IN_USE: FailureKind = {
  code: "file-busy",
  hint: "Wait until whoever has it open has closed it",
  retryable: true,
};

/**
 * Failure texts of servers, and what they mean. Strings are compared whole.
 */
const FAILURES: readonly (readonly [string | RegExp, FailureKind])[] = [
  ["Not authenticated", {
    code: "authentication-refused",
    hint: "The session is not logged in any more: connect again",
  }],
  ["No authorization provided", {
    code: "authentication-refused",
    hint: "Give `auth`, or set ROCKETRIDE_APIKEY",
  }],
  ["Invalid API key", BAD_KEY],
  ["Invalid authorization provided", BAD_KEY],
  ["Authentication failed", BAD_KEY],
  ["Access denied", BAD_KEY],
  ["Too many authentication attempts", {
    code: "authentication-refused",
    hint: "A server takes five on one connection: connect again",
  }],
  ["Bad request", {
    code: "authentication-refused",
    hint: "A task's own key stops working when the task ends",
  }],
  [/^Task token is required/, {
    code: "request-failed",
    hint: "Pass the token that use() returned",
  }],
  // Newer servers add advice.
  [/^Your pipeline is not running\b/, NOT_RUNNING],
  [
    "Multiple pipelines are running for this project; specify a scope",
    AMBIGUOUS,
  ],
  ["Pipeline is already running.", {
    code: "task-exists",
    hint: "Set `useExisting` to join the running task, or terminate it first",
  }],
  ["Task has already completed", TASK_ENDED],
  ["Task was stopped", TASK_ENDED],
  ["Task is terminating, cannot process data requests", {
    code: "task-ended",
    hint: "Start the pipeline again with use() once it has stopped",
  }],
  [/^Invalid command: /, {
    code: "unknown-command",
    hint: "The server is of a version that does not have this command",
  }],
  [/^Unknown subcommand: /, {
    code: "unknown-command",
    hint: "The server is of a version that does not have this command",
  }],
  [/^Permission '.*' denied(?: for this task)?$/s, NO_PERMISSION],
  ["Access denied: no permissions for this task", NO_PERMISSION],
  [/^Service '.*' not found\./s, {
    code: "service-not-found",
    hint: "Use getServices() to see the names that the engine knows",
  }],
  [/^The service .* was not found$/s, {
    code: "service-not-found",
    hint: "A component names a provider that the engine does not have",
  }],
  ["Could not send request", {
    code: "connection-lost",
    hint: "The server lost the line to the task's process",
    retryable: true,
  }],
  // What a server tells that had no place for its own connection to itself.
  [/\brejected WebSocket connection: HTTP 403$/, {
    code: "connection-failed",
    hint: "The server takes few requests at once: try again in a moment",
    retryable: true,
  }],
  [/^HTTP (?:429|50[234])(?: |$)/, {
    code: "connection-failed",
    hint: "Something between here and the engine answered in its place",
    retryable: true,
  }],
  [/^Node '.*' exists in RocketRide but is not available/s, {
    code: "not-supported",
    hint: "Set `uri` to a server that has this node",
  }],
  [/ (?:is|are) not available in the embedded engine\b/, {
    code: "not-supported",
    hint: "Set `uri` to a server to use this",
  }],
  ["Account management requires SaaS mode", {
    code: "not-supported",
    hint: "Only RocketRide's cloud has this command",
  }],
  ["Debug interface not available", { code: "not-supported" }],
  [/^Pipeline (?:has multiple|does not have a) source component/, NO_SOURCE],
  [/^Pipeline source component ".*" not found/s, NO_SOURCE],
  [/^Source ".*" not found in pipeline$/s, NO_SOURCE],
  ["Invalid components in pipeline", BAD_PIPELINE],
  [/^Missing pipeline configuration in \w+ request$/, BAD_PIPELINE],
  ["Pipeline config must be an object", BAD_PIPELINE],
  [/^'pipeline(?:\.\w+)?' /, BAD_PIPELINE],
  [/^Component /, BAD_PIPELINE],
  [/^Duplicate component /, BAD_PIPELINE],
  [/^Cycle detected in pipeline: /, BAD_PIPELINE],
  [/^Profile .* is not defined in /s, BAD_PIPELINE],
  [/^The service .* does not have a preconfig section$/s, BAD_PIPELINE],
  [/^(?:Write|Close) pipe with id \S+ (?:not found|is not open)$/, PIPE_GONE],
  [/^Write pipe with id \S+ has failed$/, {
    code: "pipe-failed",
    hint: "An earlier write failed; its text tells why",
  }],
  [/^You are looking for a ".*", but this pipeline isn't it$/s, {
    code: "pipe-failed",
    hint: "The pipeline's source has another provider than the call wants",
  }],
  [/^Invalid lane /, {
    code: "pipe-failed",
    hint: "Open the pipe with a media type that the engine knows",
  }],
  [/^No (?:object info|mimeType|pipe_id|data) specified$/, REQUEST_BUG],
  [/^Invalid subcommand /, REQUEST_BUG],
  [/^(?:File|Directory|Path) not found: /, { code: "file-not-found" }],
  [/^Path traversal not allowed: /, BAD_PATH],
  [/^Invalid path: /, BAD_PATH],
  [/^Not a (?:file|directory): /, { code: "file-not-readable" }],
  [/^(?:Already|Destination already) exists: /, FILE_EXISTS],
  [/^Directory not empty: /, {
    code: "folder-not-empty",
    hint: "Set `recursive` to remove what is in it, too",
  }],
  [/^(?:Open for writing|In use): /, IN_USE],
  [/^File already open for writing: /, IN_USE],
  [/^Cannot (?:rename|delete)\b.*\bopen for writing\b/s, IN_USE],
  [/^Cannot modify: /, IN_USE],
  [/\bNOT_FOUND\b/, { code: "file-not-found" }],
  [/\bCONFLICT\b/, {
    code: "version-conflict",
    hint: "Somebody else has saved it meanwhile: read it again",
  }],
];

/**
 * Read what an engine's failure text means.
 *
 * The only place where such text decides anything; everything else asks the
 * exception for its `code`.
 *
 * @param message The text, as the engine sent it.
 * @returns Its meaning; `request-failed` for text that is not known.
 */
export function classifyFailure(message: string): FailureKind {
  const entry = FAILURES.find(([text]) =>
    typeof text === "string" ? text === message : text.test(message)
  );
  return entry?.[1] ?? { code: "request-failed" };
}

/** Codes that newer servers send beside the text. */
const CODES: ReadonlyMap<unknown, FailureKind> = new Map([
  ["TASK_NOT_REGISTERED", NOT_RUNNING],
  ["TASK_STOPPED", TASK_ENDED],
  ["TASK_COMPLETED", TASK_ENDED],
  ["TASK_AMBIGUOUS", AMBIGUOUS],
]);

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
 * @returns Its meaning; `request-failed` if neither is known.
 */
export function failureKind(response: FailedResponse): FailureKind {
  const known = CODES.get(response.code);
  if (known) return known;
  const { command, message } = response;
  // Data for a task that was stopped is refused with the task's last words,
  // and a task that was asked to stop has none.
  if (command === "rrext_process" && isBlank(message)) return TASK_ENDED;
  return classifyFailure(typeof message === "string" ? message : "");
}

function isBlank(message: unknown): boolean {
  return typeof message !== "string" || message.trim() === "";
}

/**
 * Read the text of a failed response, or make one up.
 *
 * Engines send empty messages, for example for data after a stop.
 *
 * @param response The failed response.
 * @returns Text that is not blank.
 */
export function failureText({ message, command }: FailedResponse): string {
  if (typeof message === "string" && !isBlank(message)) return message;
  return typeof command === "string" && command !== ""
    ? `Engine refused "${command}" without a message`
    : "Engine refused the request without a message";
}
