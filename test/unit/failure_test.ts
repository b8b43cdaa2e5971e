import { assert, assertEquals, assertFalse } from "@std/assert";
import { type ErrorCode, RocketRideException } from "../../lib/errors.ts";
import {
  classifyFailure,
  failureKind,
  failureText,
} from "../../lib/protocol/failure.ts";
import { STORE_FAILURES } from "../../lib/store/store_call.ts";

/** Literal texts of servers, with what they mean. */
const TEXTS: Readonly<Partial<Record<ErrorCode, readonly string[]>>> = {
  "authentication-refused": [
    "Not authenticated",
    "No authorization provided",
    "Invalid API key",
    "Invalid authorization provided",
    "Authentication failed",
    "Access denied",
    "Too many authentication attempts",
    "Bad request",
  ],
  "task-not-running": [
    "Your pipeline is not running",
    "Your pipeline is not running. Start it first with use().",
    "Your pipeline is not running: check the token",
  ],
  "task-ambiguous": [
    "Multiple pipelines are running for this project; specify a scope",
  ],
  "file-not-found": ["File not found: a", "Path not found: a", "NOT_FOUND"],
  "file-not-readable": ["Not a file: a", "Not a directory: a"],
  "folder-not-empty": ["Directory not empty: a"],
  "invalid-path": ["Path traversal not allowed: ../a", "Invalid path: a?"],
  "version-conflict": ["CONFLICT: version 3"],
  "file-exists": ["Already exists: a/b", "Destination already exists: a/b"],
  "file-busy": [
    "Open for writing: a",
    "In use: a",
    "File already open for writing: a/b.txt",
    "Cannot rename a/b.txt: it is open for writing",
    "Cannot rename file open for writing: a/b.txt",
    "Cannot delete a/b.txt, which is open for writing",
    "Cannot modify: a/b.txt",
  ],
  "task-exists": ["Pipeline is already running."],
  "task-ended": [
    "Task has already completed",
    "Task is terminating, cannot process data requests",
    "Task was stopped",
  ],
  "unknown-command": [
    "Invalid command: rrext_nothing",
    "Invalid command: ",
    "Unknown subcommand: save_project",
  ],
  "permission-denied": [
    "Permission 'task.control' denied",
    "Permission 'task.data' denied for this task",
    "Access denied: no permissions for this task",
  ],
  "service-not-found": [
    "Service 'x' not found. Please check the service name and try again.",
    "The service nothing was not found",
    "The service webhok was not found, did you mean webhook?",
  ],
  "connection-failed": [
    "HTTP 429 Too Many Requests",
    "HTTP 502 Bad Gateway",
    "HTTP 503",
    "HTTP 504 Gateway Timeout",
  ],
  "connection-lost": ["Could not send request"],
  "not-supported": [
    "Node 'ocr' exists in RocketRide but is not available in the embedded " +
    "engine (needs model); connect to a server to run it",
    "Account management requires SaaS mode",
    "Debug interface not available",
  ],
  "invalid-pipeline": [
    "Pipeline has multiple source components, please specify one explicitly",
    "Pipeline does not have a source component defined",
    'Pipeline source component "x" not found in components list',
    'Source "x" not found in pipeline',
    "Invalid components in pipeline",
    "Missing pipeline configuration in launch request",
    "Missing pipeline configuration in restart request",
    "Pipeline config must be an object",
    "'pipeline' is missing or invalid",
    "'pipeline.version' must be a number",
    "'pipeline.components' must be an array",
    "'pipeline.source' references unknown component id: x",
    "Component must be an object",
    "Component 'id' must be a non-empty string",
    "Component x 'provider' must be a non-empty string",
    "Component x missing 'config' object",
    "Component x config missing profile object 'p'",
    "Component x input lane text not found in service definition",
    "Duplicate component x",
    "Cycle detected in pipeline: a-[text]->b-[text]->a",
    "Profile p is not defined in x",
    "The service x does not have a preconfig section",
  ],
  "pipe-closed": [
    "Write pipe with id 3 not found",
    "Write pipe with id 3 is not open",
    "Close pipe with id 3 not found",
  ],
  "pipe-failed": [
    "Write pipe with id 3 has failed",
    `You are looking for a "chat", but this pipeline isn't it`,
    "Invalid lane table",
    "No object info specified",
    "No mimeType specified",
    "No pipe_id specified",
    "No data specified",
    "Invalid subcommand x",
  ],
  "request-failed": [
    "Task token is required",
    "Task token is required for restart",
    "",
    "Something nobody has written down",
    "HTTP 500 Internal Server Error",
    "HTTP 5020",
    "your pipeline is not running",
    "Your pipeline is not runningx",
    "Cannot rename a/b.txt",
    "Pipeline is already running",
    "It says: Not authenticated",
    "Service unavailable: the model was not found",
    "Service 'llm' failed: model not found",
  ],
};

for (const [code, texts] of Object.entries(TEXTS)) {
  Deno.test(`classifyFailure() knows the texts of "${code}"`, () => {
    for (const text of texts) {
      assertEquals(classifyFailure(text, STORE_FAILURES).code, code, text);
    }
  });
}

Deno.test("classifyFailure() says what to do for what a user can mend", () => {
  for (
    const text of [
      "Invalid API key",
      "Bad request",
      "Task token is required",
      "Your pipeline is not running",
      "Pipeline is already running.",
      "Permission 'task.data' denied",
      "Write pipe with id 1 not found",
    ]
  ) assert(classifyFailure(text).hint, text);
  assertFalse("hint" in classifyFailure("Something nobody has written down"));
});

Deno.test("classifyFailure() calls only a line that is missing, or a file in use, worth another try", () => {
  for (const [code, texts] of Object.entries(TEXTS)) {
    const missing = code.startsWith("connection-") || code === "file-busy";
    for (const text of texts ?? []) {
      const { retryable = false } = classifyFailure(text, STORE_FAILURES);
      assertEquals(retryable, missing, text);
    }
  }
});

Deno.test("classifyFailure() knows the texts of the store only where they are asked for", () => {
  for (const text of ["File not found: a", "In use: a", "CONFLICT"]) {
    assertEquals(classifyFailure(text), { code: "request-failed" });
  }
});

Deno.test("a classification fits into an exception as it is", () => {
  const text = "Pipeline is already running.";
  const error = new RocketRideException(text, classifyFailure(text));
  assertEquals([error.message, error.code], [
    `${text} Set useExisting to join it, or terminate it first.`,
    "task-exists",
  ]);
  assert(error.hint?.includes("useExisting"));
});

Deno.test("failureText() keeps the engine's words", () => {
  const message = " Exception: no key at (node.py:3)";
  assertEquals(failureText({ message, command: "execute" }), message);
});

Deno.test("failureText() has words of its own when there are none", () => {
  for (const message of [undefined, "", " \n", null, 5]) {
    assertEquals(
      failureText({ message, command: "execute" }),
      'Engine refused "execute" without a message',
    );
  }
  assertEquals(failureText({}), "Engine refused the request without a message");
  assertEquals(
    failureText({ command: "" }),
    "Engine refused the request without a message",
  );
});

Deno.test("failureKind() reads a code of the server's before its text", () => {
  const codes: readonly (readonly [string, ErrorCode])[] = [
    ["TASK_NOT_REGISTERED", "task-not-running"],
    ["TASK_STOPPED", "task-ended"],
    ["TASK_COMPLETED", "task-ended"],
    ["TASK_AMBIGUOUS", "task-ambiguous"],
  ];
  const texts = [
    "Out of memory",
    "",
    undefined,
    "Pipeline is already running.",
  ];
  for (const [code, expected] of codes) {
    for (const message of texts) {
      const kind = failureKind({ code, message });
      assertEquals(kind.code, expected, `${code} ${message}`);
      assert(kind.hint);
    }
  }
});

Deno.test("failureKind() reads the text where the code is unknown, or none", () => {
  const message = "Pipeline is already running.";
  for (const code of ["TASK_NEW", "", "toString", 7, null, undefined, {}]) {
    assertEquals(failureKind({ code, message }).code, "task-exists");
    assertEquals(failureKind({ code, message: "?" }).code, "request-failed");
  }
});

Deno.test("failureKind() takes data that is refused without a word for an ended task", () => {
  for (const message of ["", " \n", undefined]) {
    const refused = { command: "rrext_process", message };
    assertEquals(failureKind(refused).code, "task-ended");
    const other = { command: "rrext_ping", message };
    assertEquals(failureKind(other).code, "request-failed");
  }
});
