import { ValidationException } from "../../errors.ts";
import { authorize, isAllowed, requireUnbound } from "../access/permissions.ts";
import { readScope, TEAM } from "../access/scope.ts";
import {
  type EventLog,
  linesOf,
  type LogAddress,
  type LogPage,
} from "../monitor/event_log.ts";
import { isName } from "../pipeline/component.ts";
import { type Call, type Reply, unknownSubcommand } from "./call.ts";

const MAX_EVENTS = 2_000;
const MAX_READ_BYTES = 4 * 1024 * 1024;
const MAX_CHUNK_BYTES = 2 * 1024 * 1024;

/** The event that needs the permission to send data. */
const OF_DATA = "apaevt_sse";

/** `rrext_log`: the events that a source has sent. */
export function log(call: Call): Reply {
  const { args: { subcommand }, identity } = call;
  if (subcommand === "delete") return remove(call);
  authorize({ for: "own", permission: "task.monitor" }, identity);
  switch (subcommand) {
    case "chapters":
      return overview(findLog(call, readScope(call.args)));
    case "read":
      return { ...read(call) };
    case "segment":
      return segment(call);
    case "streams":
      return streams(call);
  }
  if (!subcommand) throw new ValidationException("Subcommand is required");
  return unknownSubcommand(subcommand);
}

/** The log that a request is about, if there is anything in it. */
function findLog(
  { core, args }: Call,
  scope: Pick<LogAddress, "runKind" | "teamId">,
): EventLog | undefined {
  const { projectId, source } = args;
  if (!isName(projectId)) {
    throw new ValidationException("projectId is required");
  }
  if (!isName(source)) throw new ValidationException("source is required");
  return core.logs.find({ projectId, source, ...scope });
}

function overview(found: EventLog | undefined): NonNullable<Reply> {
  return {
    chapters: [],
    segments: [],
    startTime: null,
    endTime: null,
    horizonSeq: 0,
    completed: true,
    ...found?.overview(),
  };
}

function read(call: Call): LogPage {
  const { args, identity } = call;
  const found = findLog(call, readScope(args));
  if (!found) return { events: [] };
  const cursor = number(args.cursor);
  const types = Array.isArray(args.types) ? new Set(args.types) : undefined;
  return found.read({
    fromSeq: cursor ?? number(args.fromSeq),
    toSeq: number(args.toSeq) ?? Infinity,
    fromTime: cursor === undefined ? number(args.fromTime) : undefined,
    toTime: number(args.toTime) ?? Infinity,
    toSegment: number(args.toSegment) ?? Infinity,
    maxEvents: limit(args.maxEvents, MAX_EVENTS),
    maxBytes: limit(args.maxBytes, MAX_READ_BYTES),
    wants: ({ event, token }) =>
      (types?.has(event) ?? true) && isAllowed(
        identity,
        event === OF_DATA ? "task.data" : "task.monitor",
        token,
      ),
  });
}

/** The lines of a part, whole ones; offsets count their bytes in UTF-8. */
function segment(call: Call): Reply {
  const { args, identity } = call;
  // Offsets count all lines, so that none can be left out.
  requireUnbound(identity, "task.data");
  const id = number(args.segment);
  if (id === undefined) throw new ValidationException("segment is required");
  const found = findLog(call, readScope(args));
  const part = found?.segments.find((it) => it.id === id);
  if (!part) {
    const nothing = { data: "", size: 0, nextOffset: null, final: true };
    return { segment: id, offset: 0, ...nothing };
  }
  const most = limit(args.maxBytes, MAX_CHUNK_BYTES);
  const offset = number(args.offset) ?? 0;
  const encoder = new TextEncoder();
  const lines = [part.keyframe, ...linesOf(part)].map((line) => `${line}\n`);
  const chunk: string[] = [];
  let size = 0;
  let end = offset;
  let isFull = false;
  for (const line of lines) {
    size += encoder.encode(line).length;
    if (size <= offset) continue;
    isFull ||= chunk.length > 0 && size - offset > most;
    if (isFull) continue;
    chunk.push(line);
    end = size;
  }
  return {
    segment: id,
    offset,
    data: chunk.join(""),
    // The size of the whole segment: clients continue there as it grows.
    size,
    nextOffset: end < size ? end : null,
    final: end >= size,
  };
}

function remove(call: Call): Reply {
  const { args, identity } = call;
  requireUnbound(identity, "task.control");
  const before = args.all === true ? Infinity : number(args.beforeTime);
  if (before === undefined) {
    throw new ValidationException("Either beforeTime or all is required");
  }
  const found = findLog(call, readScope(args));
  return { deletedSegments: found?.deleteBefore(before) ?? 0 };
}

/** Every log of a source that the caller may read. */
function streams(call: Call): Reply {
  const scopes = [
    { teamId: "", runKind: "dev" },
    { teamId: "", runKind: "deploy" },
    { teamId: TEAM, runKind: "deploy" },
  ] as const;
  return {
    streams: scopes.flatMap((scope) => {
      const found = findLog(call, scope);
      if (!found) return [];
      const isTeam = scope.teamId !== "";
      const owner = {
        teamName: isTeam ? "Local" : "",
        ownerKind: isTeam ? "team" : "user",
      };
      return [{ ...overview(found), ...scope, ...owner }];
    }),
  };
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/** A limit that a request can only lower. */
function limit(value: unknown, most: number): number {
  const given = number(value) ?? 0;
  return given > 0 ? Math.min(given, most) : most;
}
