import type { Message } from "../../schema/envelope.ts";
import { isRecord } from "../../schema/json.ts";
import { shortToken } from "../protocol/secrets.ts";

/** Members whose strings are credentials: not even their size is shown. */
const SECRET: ReadonlySet<string> = new Set([
  "apikey",
  "auth",
  "clientSecret",
  "key",
  "userToken",
]);

/** Members whose strings are task tokens: their start is shown. */
const TOKENS: ReadonlySet<string> = new Set(["token", "publicToken"]);

/**
 * Members whose values are shown. All others may hold credentials, settings
 * or payload: of them only the size is shown.
 */
const SHOWN: ReadonlySet<string> = new Set([
  // Messages.
  "arguments",
  "body",
  "command",
  "event",
  "file",
  "lineno",
  "message",
  "request_seq",
  "seq",
  "success",
  "trace",
  "type",
  // Login and server.
  "capabilities",
  "clientName",
  "clientVersion",
  "defaultTeam",
  "platform",
  "userId",
  "version",
  // Pipelines and tasks.
  "__id",
  "action",
  "classType",
  "components",
  "control",
  "errors",
  "exitMessage",
  "from",
  "id",
  "input",
  "lane",
  "name",
  "pipeline",
  "pipelineTraceLevel",
  "projectId",
  "project_id",
  "provider",
  "service",
  "source",
  "state",
  "status",
  "tasks",
  "teamId",
  "warnings",
  // Pipes.
  "mimeType",
  "object",
  "objectId",
  "op",
  "pipes",
  "subcommand",
  // Subscriptions.
  "category",
  "change",
  "flags",
  "types",
  // Files.
  "handle",
  "mode",
  "new_path",
  "old_path",
  "path",
]);

/** Deeper members are not shown. */
const MAX_DEPTH = 16;

/**
 * A copy of a message that may be shown: without credentials, settings of
 * components and payload.
 *
 * @param message A message, sent or received; its members are not trusted.
 * @param redact Applied to each string that is shown, and to each name.
 */
export function elide(
  message: Message,
  redact: (text: string) => string,
): Message {
  function member(name: string, value: unknown, depth: number): unknown {
    if (SHOWN.has(name)) return show(value, depth);
    if (typeof value !== "string") return sizeOf(value);
    if (SECRET.has(name)) return "***";
    // The asterisk stands for all tasks.
    return TOKENS.has(name) && value !== "*"
      ? shortToken(value)
      : sizeOf(value);
  }

  function show(value: unknown, depth: number): unknown {
    if (typeof value === "string") return redact(value);
    if (depth > MAX_DEPTH || value instanceof Uint8Array) return sizeOf(value);
    if (Array.isArray(value)) return value.map((it) => show(it, depth + 1));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, it]) => [
        redact(name),
        member(name, it, depth + 1),
      ]),
    );
  }

  return show(message, 0) as Message;
}

/** How much there is of what is not shown; single numbers are. */
function sizeOf(value: unknown): unknown {
  if (typeof value === "string") return `${value.length} characters`;
  if (Array.isArray(value)) return `${value.length} items`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (!isRecord(value)) return value;
  return `${Object.keys(value).length} members`;
}
