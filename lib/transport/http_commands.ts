import { randomUUID } from "../bytes.ts";
import { isRecord } from "../../schema/json.ts";
import { ConnectionException, ValidationException } from "../errors.ts";
import { framingOf, parseMediaType } from "../protocol/media_type.ts";
import type { Answer, HttpAsk } from "./http_requests.ts";
import { formOf, type Wrapping } from "./multipart.ts";

type Args = Readonly<Record<string, unknown>>;

type Command = (
  ask: HttpAsk,
  args: Args,
  signal: AbortSignal,
) => Promise<Answer>;

/** The commands that HTTP has a path for, besides data. */
export const HTTP_COMMANDS: Readonly<Record<string, Command>> = {
  auth: login,
  deauth: () => Promise.resolve({}),
  execute: start,
  terminate: (ask, { token }, signal) =>
    ask({ method: "DELETE", path: "/task", query: { token } }, signal),
  rrext_get_task_status: (ask, { token }, signal) =>
    ask({ method: "GET", path: "/task", query: { token } }, signal),
  rrext_services: (ask, { service }, signal) =>
    ask({ method: "GET", path: "/services", query: { service } }, signal),
  rrext_ping: (ask, _, signal) =>
    ask({ method: "GET", path: "/version" }, signal),
  rrext_public_probe: (ask, _, signal) =>
    ask({ method: "GET", path: "/version" }, signal),
  rrext_validate: validate,
};

/** What the paths of commands have a place for, where that is not all. */
const CARRIED: Readonly<Record<string, ReadonlySet<string>>> = {
  execute: new Set([
    "pipeline",
    "pipelineTraceLevel",
    "source",
    "threads",
    "token",
  ]),
  rrext_services: new Set(["service"]),
  rrext_validate: new Set(["pipeline", "source"]),
};

/**
 * Refuse what HTTP has no place for, before any traffic.
 *
 * @throws {ValidationException} It has none.
 */
export function checkCarried(command: string, args: Args): void {
  const known = command === "rrext_process" ||
    Object.hasOwn(HTTP_COMMANDS, command);
  if (!known) throw notCarried(`"${command}"`);
  if (args.subcommand === "tool") throw notCarried("a call of a tool");
  if (command === "rrext_process" && args.provider !== undefined) {
    throw notCarried('"provider"');
  }
  const carried = Object.hasOwn(CARRIED, command)
    ? CARRIED[command]
    : undefined;
  for (const [name, value] of Object.entries(carried ? args : {})) {
    const said = value !== undefined && value !== false;
    if (said && !carried?.has(name)) throw notCarried(`"${name}"`);
  }
}

/** What HTTP cannot carry, and what can. */
export function notCarried(what: string): ValidationException {
  return new ValidationException(`Cannot send ${what} over HTTP`, {
    code: "not-supported",
    hint: "Use webSocketTransport(), which is the default",
  });
}

/** The statuses for a credential that was refused. */
const REFUSED: ReadonlySet<number | undefined> = new Set([
  undefined, // no header can carry it
  400,
  401,
  403,
  422,
]);

/**
 * There is no path for the login. A path that needs a credential checks it:
 * without a valid one the server answers 401, whatever the path. Any other
 * failure, such as that of a proxy, means nothing for the credential.
 *
 * @throws {ConnectionException} There was another failure.
 */
async function login(
  ask: HttpAsk,
  { auth }: Args,
  signal: AbortSignal,
): Promise<Answer> {
  ask.credential = typeof auth === "string" ? auth : "";
  if (ask.credential === "") return {};
  const answer = await ask({ method: "GET", path: "/status" }, signal);
  const { error, status } = answer;
  // A server without that path has accepted the credential.
  if (error === "Not Found" || error === undefined) return {};
  if (REFUSED.has(status)) return answer;
  throw new ConnectionException(error, {
    code: "connection-failed",
    sent: true,
    retryable: true,
    hint: "No engine answered there: check the address, or try again later",
  });
}

async function start(
  ask: HttpAsk,
  { pipeline, pipelineTraceLevel, source, threads, token }: Args,
  signal: AbortSignal,
): Promise<Answer> {
  const chosen = source !== undefined && isRecord(pipeline)
    ? { ...pipeline, source }
    : pipeline;
  return await ask({
    method: "POST",
    path: "/task",
    query: { token, threads, trace: pipelineTraceLevel },
    body: JSON.stringify(chosen),
    headers: { "content-type": "application/json" },
  }, signal);
}

/**
 * Few servers have this path. Where it is missing, a credential is answered
 * with 404, and none with 401, though the path itself asks for none.
 */
async function validate(
  ask: HttpAsk,
  { pipeline, source }: Args,
  signal: AbortSignal,
): Promise<Answer> {
  const answer = await ask({
    method: "POST",
    path: "/pipe/validate",
    query: { source },
    body: JSON.stringify(pipeline),
    headers: { "content-type": "application/json" },
  }, signal);
  const { status } = answer;
  if (status === 404 || status === 405 || status === 401) {
    throw notCarried('"rrext_validate", which this server has no path for,');
  }
  return answer;
}

/** The longest text that a server takes as a field of a form, in one write. */
const FIELD_BYTES = 1024 * 1024;
/** What a server reads of a file of a form for one write. */
const PIECE_BYTES = 64 * 1024;
/** Names that every reader of a header understands. */
const HEADER_NAME = /^[\w !#$&+,\-.=@^~()[\]{}]+$/;

/** A name as servers give them. */
function unnamed(): string {
  return `stream-${randomUUID()}`;
}

/** How the object of a pipe travels. */
export interface Carriage {
  readonly mimeType: string;
  readonly name: string | undefined;
  /** The most bytes that arrive in one write; bytes may have any number. */
  readonly most: number;
}

/** How the object of a pipe that is opened travels. */
export function carriageOf({ mimeType, object }: Args): Carriage {
  const type = String(mimeType);
  const given = isRecord(object) ? object.name : undefined;
  const name = typeof given === "string" && given !== "" ? given : undefined;
  return { mimeType: type, name, most: mostOf(type) };
}

function mostOf(mimeType: string): number {
  if (framingOf(mimeType) === "bytes") return Infinity;
  const isPlain = parseMediaType(mimeType).essence === "text/plain";
  return isPlain ? FIELD_BYTES : PIECE_BYTES;
}

/**
 * The form for text or a record of so many bytes. A field has no name and no
 * media type, so that only plain text can be one; of its name servers make a
 * part of theirs. A field without text is a write without text: what was never
 * written to is a file, of which servers read nothing.
 */
export function heldForm(
  { mimeType, most, name }: Carriage,
  size: number | undefined,
): Wrapping {
  const field = most === FIELD_BYTES && size !== undefined &&
    (name === undefined || size > PIECE_BYTES);
  return formOf(
    field
      ? { field: name ?? "body" }
      : { field: "body", filename: name ?? unnamed(), mimeType },
  );
}

/** Refuse an object that says that it is too large. */
export function checkSize(args: Args): void {
  const { object } = args;
  const size = isRecord(object) ? object.size : undefined;
  const { most, mimeType } = carriageOf(args);
  if (typeof size === "number" && size > most) throw tooLong(mimeType, most);
}

/** What is too long for one write of a server. */
export function tooLong(mimeType: string, most: number): Error {
  return notCarried(`more than ${most / 1024} KiB of ${mimeType}`);
}

/** What is around bytes: nothing, unless a header cannot carry their name. */
export function wrappingOf({ mimeType, name }: Carriage): Wrapping {
  if (name !== undefined && !HEADER_NAME.test(name)) {
    return formOf({ field: "body", filename: name, mimeType });
  }
  return {
    headers: {
      "content-type": mimeType,
      ...(name !== undefined && {
        "content-disposition": `attachment; filename="${name}"`,
      }),
    },
    head: new Uint8Array(),
    tail: new Uint8Array(),
  };
}
